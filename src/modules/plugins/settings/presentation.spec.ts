import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from './json.js';
import { readParameters } from './parameters.js';
import { configKeys, presentConfig, presentParameters } from './presentation.js';

const present = (config: JsonObject): JsonObject => presentConfig(config, readParameters({ config }));

describe('presentConfig', () => {
  it.each([
    ['a key by its name', { api_key: 'xxx', model: 'gpt' }, { api_key: '****', model: 'gpt' }],
    ['a long secret', { token: 'sk-1234567890abcdef' }, { token: 'sk-1...cdef' }],
    [
      'numbers, not flags and null',
      { token: 12345, auth: true, secret: null },
      { token: '****', auth: true, secret: null },
    ],
    [
      'everything under a secret name',
      { credentials: { user: 'u', list: [1, true, null, { a: 'b' }] } },
      { credentials: { user: '****', list: ['****', '****', null, { a: '****' }] } },
    ],
    [
      'headers and nested names',
      { http: { headers: { Authorization: 'Bearer abcdefghijkl', Accept: 'json' } } },
      { http: { headers: { Authorization: 'Bear...ijkl', Accept: 'json' } } },
    ],
    [
      'name and value pairs',
      {
        env: [
          { name: 'API_KEY', value: 'v' },
          { key: 'Cookie', value: 'c' },
          { name: 'MODE', value: 'm' },
        ],
      },
      {
        env: [
          { name: 'API_KEY', value: '****' },
          { key: 'Cookie', value: '****' },
          { name: 'MODE', value: 'm' },
        ],
      },
    ],
    [
      'secrets under innocent names',
      {
        upstream: 'https://u:p4ss@host',
        rpc: ['https://h/?api-key=abcdefgh'],
        note: 'sk-abcdefghijklmnopqrst',
      },
      { upstream: 'http...host', rpc: ['http...efgh'], note: 'sk-a...qrst' },
    ],
    [
      'secrets in lists of arguments',
      {
        args: [
          '-y',
          'server',
          '--token',
          'abcd',
          '--api-key=abcdefghij',
          '--port',
          '80',
          '--auth',
          '--quiet',
        ],
      },
      { args: ['-y', 'server', '--token', '****', '--ap...ghij', '--port', '80', '--auth', '--quiet'] },
    ],
    [
      'keys that say bot, seed, private and webhook',
      { bot: 'abcd', private: 'abcd', seed: 'abcd', hooks: { webhook: 'abcd' } },
      { bot: '****', private: '****', seed: '****', hooks: { webhook: '****' } },
    ],
  ])('masks %s', (_what, config, shown) => {
    const before = structuredClone(config);
    expect(present(config)).toEqual(shown);
    expect(config).toEqual(before);
  });

  it('lets the plugin decide about its own parameters, but not about evident secrets', () => {
    const set = readParameters({
      config: {},
      configSchema: {
        properties: {
          PUBLIC_TOKEN: { 'x-sensitive': false },
          PIN: { 'x-sensitive': true },
          db: { properties: { code: { format: 'password' } } },
        },
        additionalProperties: true,
      },
    });
    const config = {
      ...{ PUBLIC_TOKEN: 'open', PIN: '1234', db: { code: 'c', host: 'h', password: 'p' } },
      ...{ EXTRA_TOKEN: 't' },
    };
    expect(presentConfig(config, set)).toEqual({
      ...{ PUBLIC_TOKEN: 'open', PIN: '****', db: { code: '****', host: 'h', password: '****' } },
      ...{ EXTRA_TOKEN: '****' },
    });
    expect(presentConfig({ PUBLIC_TOKEN: 'sk-abcdefghijklmnopqrst' }, set)).toEqual({
      PUBLIC_TOKEN: 'sk-a...qrst',
    });
  });

  it('never shows any leaf under a secret name, whatever its shape', () => {
    const leaf = 'LEAF-0123456789-LEAF';
    const shapes: unknown[] = [leaf, [leaf], { a: leaf }, [[{ b: [leaf] }]], { name: 'x', value: leaf }];
    for (const name of ['password', 'apiKey', 'client_secret', 'Authorization', 'keys'])
      for (const shape of shapes)
        for (const config of [{ [name]: shape }, { a: { [name]: shape } }, { a: [{ b: { [name]: shape } }] }])
          expect(JSON.stringify(present(config))).not.toContain(leaf);
  });

  it('is not led astray by names of the prototype', () => {
    const config = JSON.parse('{"a":{"__proto__":{"token":"s3cret"},"constructor":{"password":"s3cret"}}}');
    const shown = present(config);
    expect(JSON.stringify(shown)).toBe(
      '{"a":{"__proto__":{"token":"****"},"constructor":{"password":"****"}}}',
    );
    expect(({} as JsonObject)['token']).toBeUndefined();
  });
});

describe('presentParameters', () => {
  const set = readParameters({
    config: {},
    pluginParameters: {
      API_KEY: { required: true, sensitive: true, default: 'built-in-secret' },
      MODE: { default: 'fast', options: ['fast', 'slow'] },
      EMPTY: {},
    },
  });

  it('tells what is set, with masks', () => {
    const config = { API_KEY: 'sk-1234567890abcdef', EMPTY: '' };
    expect(presentParameters(config, set)).toEqual([
      {
        ...{ key: 'API_KEY', type: 'string', description: '', required: true, sensitive: true },
        ...{ default: 'buil...cret', isSet: true, currentValue: 'sk-1...cdef' },
      },
      {
        ...{ key: 'MODE', type: 'string', description: '', required: false, sensitive: false },
        ...{ default: 'fast', options: ['fast', 'slow'], isSet: false, currentValue: null },
      },
      {
        ...{ key: 'EMPTY', type: 'string', description: '', required: false, sensitive: false },
        ...{ isSet: false, currentValue: null },
      },
    ]);
  });

  it('lists keys once, those of the parameters first', () => {
    expect(configKeys({ LEFT: 1, MODE: 'slow' }, set)).toEqual(['API_KEY', 'MODE', 'EMPTY', 'LEFT']);
  });
});
