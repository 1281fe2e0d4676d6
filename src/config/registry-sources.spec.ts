import { describe, expect, it } from '@jest/globals';
import { parseRegistrySources } from './registry-sources.js';

describe('REGISTRY_SOURCES', () => {
  it('is a list of sources with what they did not say filled in', () => {
    expect(parseRegistrySources('[{"kind":"eliza","file":"/x/registry.json","priority":5}]')).toEqual([
      {
        kind: 'eliza',
        label: 'eliza',
        priority: 5,
        url: null,
        file: '/x/registry.json',
        keyword: null,
        token: null,
      },
    ]);
    expect(parseRegistrySources('[]')).toEqual([]);
  });

  it.each([
    ['{', 'must be JSON'],
    ['{}', 'must be a JSON list'],
    ['[1]', 'source 1 must be an object'],
    ['[{"kind":"pypi","url":"https://a.example"}]', 'one of eliza, npm, mcp, plugboard'],
    ['[{"kind":"eliza"}]', 'either "url" or "file"'],
    ['[{"kind":"eliza","url":"https://a.example","file":"x"}]', 'either "url" or "file"'],
    ['[{"kind":"mcp","file":"x"}]', 'must have a "url"'],
    ['[{"kind":"eliza","url":"ftp://a.example"}]', 'http or https "url"'],
    ['[{"kind":"eliza","url":"https://u:p@a.example"}]', 'without a password'],
    ['[{"kind":"npm","url":"https://a.example"}]', '"keyword" where its kind is npm'],
    ['[{"kind":"mcp","url":"https://a.example","prio":1}]', 'unknown key "prio"'],
    ['[{"kind":"mcp","url":"https://a.example","priority":-1}]', 'whole number from 0'],
    ['[{"kind":"mcp","url":"https://a.example","label":"published"}]', 'not "published"'],
    ['[{"kind":"mcp","url":"https://a.example","label":"a b"}]', '"label" of letters'],
    ['[{"kind":"mcp","url":"https://a.example","token":"a b"}]', '"token" of printable'],
    [
      '[{"kind":"mcp","url":"https://a.example"},{"kind":"mcp","url":"https://b.example","label":"MCP"}]',
      'two sources labelled "mcp"',
    ],
  ])('is refused: %s', (text, message) => {
    expect(() => parseRegistrySources(text)).toThrow(message);
  });
});
