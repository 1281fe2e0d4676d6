import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from './json.js';
import { readParameters } from './parameters.js';
import { secretValues } from './secret-texts.js';

const secrets = (config: JsonObject): string[] => secretValues(config, readParameters({ config }));

describe('secretValues', () => {
  it.each([
    [
      'plain texts and numbers, not what is open',
      { token: 'abcd', pin_token: 123456, mode: 'fast' },
      ['123456', 'abcd'],
    ],
    [
      'nothing shorter than four characters, and no flags',
      { token: 'abc', auth: { on: true } },
      ['{"on":true}'],
    ],
    ['each once, longest first', { token: 'abcd', secret: 'abcdef', password: 'abcd' }, ['abcdef', 'abcd']],
  ])('gives %s', (_what, config, expected) => {
    expect(secrets(config)).toEqual(expected);
  });

  it('gives every spelling that a log may hold', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEabcdefgh\n-----END PRIVATE KEY-----';
    const found = secrets({ pem, quote: 'x', db_password: 'a"b c/d', store: 'redis://u:p%40ss@h' });
    expect(found).toEqual(expect.arrayContaining(['MIIEabcdefgh', JSON.stringify(pem).slice(1, -1)]));
    expect(found).toEqual(expect.arrayContaining(['a"b c/d', 'a\\"b c/d', 'a%22b%20c%2Fd']));
    expect(found).toEqual(expect.arrayContaining(['redis://u:p%40ss@h', 'p%40ss', 'p@ss']));
    expect(found).not.toContain('x');
  });
});
