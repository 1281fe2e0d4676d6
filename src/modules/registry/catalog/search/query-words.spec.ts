import { describe, expect, it } from '@jest/globals';
import { queryWords } from './query-words.js';

describe('words of a query', () => {
  it('are its letters and digits, and all of them in one piece', () => {
    expect(queryWords(' Open  AI ')).toEqual({ words: ['open', 'ai'], key: 'openai', name: 'open  ai' });
    expect(queryWords('@elizaos/plugin-Web-Search')).toEqual({
      words: ['elizaos', 'plugin', 'web', 'search'],
      key: 'websearch',
      name: '@elizaos/plugin-web-search',
    });
    expect(queryWords('Ｄｉｓｃｏｒｄ').words).toEqual(['discord']);
    expect(queryWords('日本語 検索').words).toEqual(['日本語', '検索']);
  });

  it('leave out what tells nothing, unless there is nothing else', () => {
    expect(queryWords('a bot for the discord').words).toEqual(['bot', 'discord']);
    expect(queryWords('the').words).toEqual(['the']);
  });

  it('are none in operators, signs and emoji', () => {
    expect(queryWords(`'&|!():*<->"\\ \u0000 🚀`).words).toEqual([]);
    expect(queryWords('disc\u0000ord').name).toBe('discord');
  });

  it('are few and short, however much there is', () => {
    const { words, key, name } = queryWords(`${'x'.repeat(300)} y`);
    expect(words).toEqual(['x'.repeat(40)]);
    expect(key.length).toBeLessThanOrEqual(200);
    expect(name.length).toBeLessThanOrEqual(200);
    expect(queryWords('b c d e f g h j k l').words).toHaveLength(6);
  });
});
