import { describe, expect, it } from '@jest/globals';
import { editDistance, nearestName, wordsAtDistanceOne } from './edit-distance.js';

describe('wordsAtDistanceOne', () => {
  it('lists every word at distance 1, and no other', () => {
    const words = wordsAtDistanceOne('discrod');
    for (const word of ['discord', 'disrod', 'discrood', 'discrop', 'xdiscrod', 'discrods'])
      expect(words).toContain(word);
    expect(words).not.toContain('discrod');
    expect(words).not.toContain('discords');
    expect(words.every((word) => editDistance(word, 'discrod', 1) === 1)).toBe(true);
  });
});

describe('editDistance', () => {
  it('counts the typing mistakes between two words', () => {
    expect(editDistance('telegram', 'telegram', 3)).toBe(0);
    expect(editDistance('telegram', 'telegarm', 3)).toBe(1);
    expect(editDistance('antrophic', 'anthropic', 3)).toBe(2);
    expect(editDistance('kitten', 'sitting', 3)).toBe(3);
    expect(editDistance('', 'abc', 3)).toBe(3);
    expect(editDistance('abc', '', 3)).toBe(3);
    expect(editDistance('abcdef', 'badcfe', 3)).toBe(3);
  });

  it('gives up where there are more than matter, and not before', () => {
    for (const [one, other, edits] of [
      ['kitten', 'sitting', 3],
      ['abcdef', 'badcfe', 3],
      ['telegram', 'telegarm', 1],
      ['xxdiscord', 'discord', 2],
    ] as const) {
      expect(editDistance(one, other, edits)).toBe(edits);
      expect(editDistance(one, other, edits - 1)).toBeGreaterThan(edits - 1);
    }
    expect(editDistance('telegram', 'plugboard', 2)).toBeGreaterThan(2);
  });
});

describe('nearestName', () => {
  const names = ['openai', 'anthropic', 'discord', 'sql'];

  it.each([
    ['opneai', 'openai'],
    ['OpenAi', 'openai'],
    ['antrophic', 'anthropic'],
    ['sqk', 'sql'],
    ['sq', 'sql'],
    ['ssk', null],
    ['openai', null],
    ['telegram', null],
    ['', null],
    ['o'.repeat(5_000), null],
  ])('finds for %j: %j', (word, nearest) => {
    expect(nearestName(word, names)).toBe(nearest);
  });

  it('prefers the nearest, and the first of equally near ones', () => {
    expect(nearestName('discrods', ['discos', 'discords', 'discord'])).toBe('discords');
    expect(nearestName('plugin-x', ['plugin-a', 'plugin-b'])).toBe('plugin-a');
    expect(nearestName('a', ['b'.repeat(5_000), 'ab'])).toBe('ab');
  });
});
