import { describe, expect, it } from '@jest/globals';
import { oneSlipAway, slipsBetween } from './spelling.js';

describe('spelling', () => {
  it('knows every word one slip away, and no other', () => {
    const slips = oneSlipAway('discrod');
    for (const word of ['discord', 'disrod', 'discrood', 'discrop', 'xdiscrod', 'discrods'])
      expect(slips).toContain(word);
    expect(slips).not.toContain('discrod');
    expect(slips).not.toContain('discords');
    expect(slips.every((word) => slipsBetween(word, 'discrod', 1) === 1)).toBe(true);
  });

  it('counts the slips between two words', () => {
    expect(slipsBetween('telegram', 'telegram', 3)).toBe(0);
    expect(slipsBetween('telegram', 'telegarm', 3)).toBe(1);
    expect(slipsBetween('antrophic', 'anthropic', 3)).toBe(2);
    expect(slipsBetween('kitten', 'sitting', 3)).toBe(3);
    expect(slipsBetween('', 'abc', 3)).toBe(3);
    expect(slipsBetween('abc', '', 3)).toBe(3);
    expect(slipsBetween('abcdef', 'badcfe', 3)).toBe(3);
  });

  it('gives up where there are more than matter, and not before', () => {
    for (const [one, other, slips] of [
      ['kitten', 'sitting', 3],
      ['abcdef', 'badcfe', 3],
      ['telegram', 'telegarm', 1],
      ['xxdiscord', 'discord', 2],
    ] as const) {
      expect(slipsBetween(one, other, slips)).toBe(slips);
      expect(slipsBetween(one, other, slips - 1)).toBeGreaterThan(slips - 1);
    }
    expect(slipsBetween('telegram', 'plugboard', 2)).toBeGreaterThan(2);
  });
});
