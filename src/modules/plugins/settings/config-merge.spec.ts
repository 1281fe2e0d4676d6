import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../platform/http/errors.js';
import { mergeConfig, mergePatchConfig } from './config-merge.js';
import type { JsonObject } from './json.js';
import type { ParameterSet } from './parameter.js';
import { readParameters } from './parameters.js';
import { presentConfig } from './presentation.js';

const KEY = 'sk-1234567890abcdef';
const bare = (config: JsonObject): ParameterSet => readParameters({ config });
const declared = readParameters({
  config: {},
  pluginParameters: {
    API_KEY: { type: 'string', required: true, sensitive: true },
    MODE: { type: 'string', options: ['', 'fast'] },
    NOTE: { type: 'string' },
  },
});

function refusal(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const fields = (error: AppError): string[] => error.problems.map(({ field }) => field);
const merged = (stored: JsonObject, patch: JsonObject): JsonObject =>
  mergeConfig(stored, patch, bare(stored)).config;

describe('merging by top-level key', () => {
  const stored = { API_KEY: KEY, NOTE: 'old' };

  it.each([
    ['nothing', {}, stored, []],
    ['the same', { NOTE: 'old' }, stored, []],
    ['the mask', { API_KEY: 'sk-1...cdef' }, stored, []],
    [
      'the documented mask',
      { API_KEY: 'sk-****...xxxx', NOTE: 'new' },
      { API_KEY: KEY, NOTE: 'new' },
      ['NOTE'],
    ],
    ['asterisks', { API_KEY: '********' }, stored, []],
    ['a new secret', { API_KEY: 'sk-new-key' }, { API_KEY: 'sk-new-key', NOTE: 'old' }, ['API_KEY']],
    ['null', { NOTE: null }, { API_KEY: KEY }, ['NOTE']],
    ['the empty text', { NOTE: '' }, { API_KEY: KEY }, ['NOTE']],
    ['the empty text, which is an option', { MODE: '' }, { ...stored, MODE: '' }, ['MODE']],
    ['null for a required one', { API_KEY: null }, { NOTE: 'old' }, ['API_KEY']],
    ['null for one that is not set', { MODE: null }, stored, []],
    ['asterisks where nothing is secret', { NOTE: '****' }, { API_KEY: KEY, NOTE: '****' }, ['NOTE']],
  ])('%s', (_what, patch, config, changed) => {
    const before = structuredClone(stored);
    expect(mergeConfig(stored, patch, declared)).toEqual({ config, changed });
    expect(stored).toEqual(before);
  });

  it('collects every problem and leads with the first', () => {
    const error = refusal(() => mergeConfig({}, { api_key: 'x', OTHER: 1, API_KEY: '****' }, declared));
    expect(error).toMatchObject({ status: 422, code: 'config_invalid', param: 'config.api_key' });
    expect(fields(error)).toEqual(['config.api_key', 'config.OTHER', 'config.API_KEY']);
    expect(error.problems[0]?.message).toContain('did you mean API_KEY?');
    expect(error.problems[2]?.message).toBe('looks like a mask; send the value itself');
  });

  it('keeps and clears a key that the plugin no longer knows, but does not change it', () => {
    const left = { LEFT: 1, API_KEY: KEY };
    expect(mergeConfig(left, { LEFT: 1 }, declared).changed).toEqual([]);
    expect(mergeConfig(left, { LEFT: null }, declared).config).toEqual({ API_KEY: KEY });
    expect(fields(refusal(() => mergeConfig(left, { LEFT: 2 }, declared)))).toEqual(['config.LEFT']);
  });

  it('lets unknown keys through where a schema says so', () => {
    const closed = { properties: { A: {} } };
    for (const [opening, passes] of [
      [{}, false],
      [{ additionalProperties: true }, true],
      [{ additionalProperties: { type: 'string' } }, true],
      [{ patternProperties: { '^X_': {} } }, true],
      [{ additionalProperties: false }, false],
    ] as const) {
      const set = readParameters({ configSchema: { ...closed, ...opening }, config: {} });
      const attempt = (): unknown => mergeConfig({}, { X_1: 'a' }, set);
      if (passes) expect(attempt()).toEqual({ config: { X_1: 'a' }, changed: ['X_1'] });
      else expect(refusal(attempt).code).toBe('config_invalid');
    }
  });
});

describe('masks that come back from inside', () => {
  const cases: [string, JsonObject][] = [
    ['objects', { db: { host: 'h', password: 'short', port: 5 } }],
    [
      'lists of objects',
      {
        keys: [
          { name: 'a', value: KEY },
          { name: 'b', value: 'k2' },
        ],
      },
    ],
    ['lists of texts', { api_keys: ['k1', 'k2', KEY] }],
    [
      'name and value pairs',
      {
        env: [
          { name: 'API_KEY', value: 'v1' },
          { name: 'MODE', value: 'fast' },
        ],
      },
    ],
    ['secret containers', { auth: { user: 'u', pin: 1234, on: true } }],
    ['addresses with a password', { store: 'postgres://u:p4ssw0rd@h/db', url: 'https://h/' }],
    ['deep lists', { servers: [[{ token: 't1' }], [{ token: 't2' }, { token: KEY }]] }],
  ];

  it.each(cases)('keeps the secrets of %s when all is sent back as it was shown', (_what, stored) => {
    const set = bare(stored);
    const shown = presentConfig(stored, set);
    expect(shown).not.toEqual(stored);
    expect(mergeConfig(stored, shown, set)).toEqual({ config: stored, changed: [] });
    expect(mergePatchConfig(stored, shown, set).changed).toEqual([]);
  });

  const [a, b] = ['aaaa-secret-1111', 'bbbb-secret-2222'];
  const [maskA, maskB] = ['aaaa...1111', 'bbbb...2222'];
  it.each([
    ['reversed', { api_keys: [a, b] }, { api_keys: [maskB, maskA] }, { api_keys: [b, a] }],
    ['first removed', { api_keys: [a, b] }, { api_keys: [maskB] }, { api_keys: [b] }],
    [
      'one put before',
      { api_keys: [a, b] },
      { api_keys: ['new', maskA, maskB] },
      { api_keys: ['new', a, b] },
    ],
    ['one replaced', { api_keys: ['s1', 's2'] }, { api_keys: ['****', 'new'] }, { api_keys: ['s1', 'new'] }],
    [
      'one added',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['****', '****', 'n'] },
      { api_keys: ['s1', 's2', 'n'] },
    ],
    [
      'objects by name',
      {
        list: [
          { name: 'x', token: 's1' },
          { name: 'y', token: 's2' },
        ],
      },
      { list: [{ name: 'y', token: '****', note: 1 }] },
      { list: [{ name: 'y', token: 's2', note: 1 }] },
    ],
    [
      'objects by what is shown',
      {
        list: [
          { url: 'x', token: 's1' },
          { url: 'y', token: 's2' },
        ],
      },
      { list: [{ url: 'y', token: '****' }] },
      { list: [{ url: 'y', token: 's2' }] },
    ],
    ['plain asterisks', { hosts: ['a', 'b'] }, { hosts: ['*'] }, { hosts: ['*'] }],
    ['a whole secret object', { auth: { user: 'u' } }, { auth: '****' }, { auth: { user: 'u' } }],
  ])('finds elements that moved: %s', (_what, stored, patch, expected) => {
    expect(merged(stored, patch)).toEqual(expected);
  });

  it.each([
    [
      'equal masks of different secrets',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['****'] },
      'config.api_keys.0',
    ],
    [
      'a mask put before equal ones',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['n', '****', '****'] },
      'config.api_keys.2',
    ],
    ['nothing stored', {}, { api_keys: ['****'] }, 'config.api_keys.0'],
    ['an outdated mask', { token: KEY }, { token: 'old1...old2' }, 'config.token'],
    ['another key', { db: { password: 'short' } }, { db: { passwd: '****' } }, 'config.db.passwd'],
    [
      'edited objects that nothing tells apart',
      {
        list: [
          { url: 'x', token: 's1' },
          { url: 'y', token: 's2' },
        ],
      },
      { list: [{ url: 'z', token: '****' }] },
      'config.list.0',
    ],
  ])('refuses %s', (_what, stored, patch, field) => {
    const error = refusal(() => merged(stored, patch));
    expect(fields(error)).toEqual([field]);
    expect(error.message).toContain('looks like a mask; send the value itself');
  });

  it.each([
    ['PUT', mergeConfig, { env: [{ name: 'NOTE', value: '****' }] }],
    ['PUT in an object', mergeConfig, { one: { name: 'NOTE', value: '****' } }],
    ['PATCH', mergePatchConfig, { one: { name: 'NOTE' } }],
    ['PATCH that makes a key a label', mergePatchConfig, { tls: { value: 1 } }],
  ])('does not show a secret to who changes the label beside it: %s', (_how, merge, patch: JsonObject) => {
    const stored = {
      env: [{ name: 'API_KEY', value: 's3cret' }],
      one: { name: 'API_KEY', value: 's3cret' },
      tls: { key: 's3cret' },
    };
    const error = refusal(() => merge(stored, patch, bare(stored)));
    expect(error.code).toBe('config_invalid');
    expect(JSON.stringify(error.problems) + error.message).not.toContain('s3cret');
  });

  it('stays quick on lists made to be compared without end', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i}`);
    const nested = (depth: number, token: string): unknown =>
      depth === 0 ? { token } : [nested(depth - 1, token), '****'];
    const started = performance.now();
    expect(
      fields(refusal(() => merged({ api_keys: many }, { api_keys: many.map(() => 'no01...no02') }))),
    ).not.toEqual([]);
    expect(
      fields(refusal(() => merged({ x: { y: nested(28, KEY) } }, { x: { y: [nested(27, 'no01...no02')] } }))),
    ).not.toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('JSON Merge Patch', () => {
  it.each([
    ['a nested value', { a: { b: 1, c: 2 } }, { a: { b: 3 } }, { a: { b: 3, c: 2 } }],
    ['a nested null', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    ['a list replaces', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['an object over a scalar', { a: 1 }, { a: { b: { c: null, d: 1 } } }, { a: { b: { d: 1 } } }],
    ['null at the top', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    [
      'a mask inside',
      { a: { token: 's', x: 1 } },
      { a: { token: '****', x: 2 } },
      { a: { token: 's', x: 2 } },
    ],
    ['a neighbour of a secret', { a: { token: 's', x: 1 } }, { a: { x: 2 } }, { a: { token: 's', x: 2 } }],
  ])('%s', (_what, stored, patch, expected) => {
    expect(mergePatchConfig(stored, patch, bare(stored)).config).toEqual(expected);
  });
});

describe('configs that no plugin may have', () => {
  it.each([
    '{"__proto__":{"a":1}}',
    '{"constructor":1}',
    '{"a":{"prototype":{}}}',
    '{"a":[{"b":{"__proto__":null}}]}',
    '{"a":{"constructor":{"prototype":{"x":1}}}}',
  ])('%s', (text) => {
    for (const merge of [mergeConfig, mergePatchConfig]) {
      const error = refusal(() => merge({}, JSON.parse(text) as JsonObject, bare({})));
      expect(error).toMatchObject({ status: 422, code: 'config_key_forbidden' });
    }
    expect(({} as JsonObject)['a']).toBeUndefined();
  });

  const deep = (levels: number): JsonObject => (levels === 0 ? {} : { a: deep(levels - 1) });
  it.each([
    ['33 levels', deep(34), /32 levels/],
    ['100,000 levels', JSON.parse('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)), /32 levels/],
    ['300 KiB', { a: 'x'.repeat(300 * 1024) }, /256 KiB/],
    ['NUL', { a: 'x\0' }, /NUL/],
    ['half a pair', { a: { '\ud800': 1 } }, /surrogate/],
    ['no number', { a: NaN }, /finite/],
    ['no object', [] as unknown as JsonObject, /object/],
  ])('%s', (_what, patch: JsonObject, words) => {
    expect(refusal(() => mergeConfig({}, patch, bare({}))).message).toMatch(words);
  });

  it('counts what is stored towards the size', () => {
    const stored = { a: 'x'.repeat(200 * 1024) };
    expect(refusal(() => merged(stored, { b: 'x'.repeat(100 * 1024) })).message).toMatch(/256 KiB/);
    expect(merged(stored, { a: deep(31) })).toEqual({ a: deep(31) });
  });
});
