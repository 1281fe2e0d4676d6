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

  it('gives the lines and the credentials inside', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEabcdefgh\n-----END PRIVATE KEY-----';
    const args = ['--api-key=in-an-option', '--token', 'after-an-option', 'X-Api-Key: in-a-header'];
    const found = secrets({ pem, quote: 'x', store: 'redis://u:p%40ss@h', args });
    expect(found).toEqual(expect.arrayContaining([pem, 'MIIEabcdefgh']));
    expect(found).toEqual(expect.arrayContaining(['redis://u:p%40ss@h', 'p%40ss', 'p@ss']));
    expect(found).toEqual(expect.arrayContaining(['in-an-option', 'after-an-option', 'in-a-header']));
    expect(found).not.toContain('x');
  });
});
