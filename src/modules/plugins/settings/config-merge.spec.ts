import { describe, expect, it } from '@jest/globals';
import { fieldsOf, refusal } from '../../../../test/support/refusal.js';
import { mergeConfig, mergePatchConfig } from './config-merge.js';
import type { JsonObject } from './json.js';
import type { ParameterSet } from './parameter.js';
import { readParameters } from './parameters.js';

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
    ['null for one that is not set', { MODE: null }, stored, []],
    ['asterisks where nothing is secret', { NOTE: '****' }, { API_KEY: KEY, NOTE: '****' }, ['NOTE']],
  ])('%s', (_what, patch, config, changed) => {
    const before = structuredClone(stored);
    expect(mergeConfig(stored, patch, declared)).toEqual({ config, changed });
    expect(stored).toEqual(before);
  });

  it.each([null, '', '  ', '\n'])('refuses %j for a required one, set or not', (API_KEY) => {
    for (const before of [stored, {}]) {
      const error = refusal(() => mergeConfig(before, { NOTE: 'new', API_KEY }, declared));
      expect(error.problems).toEqual([
        { field: 'config.API_KEY', message: 'is required and cannot be cleared: send a value' },
      ]);
    }
  });

  it('takes blanks for a required one where they are an option, or a default stands behind them', () => {
    const set = readParameters({
      config: {},
      pluginParameters: { A: { required: true, options: ['', 'a'] }, B: { required: true, default: 'b' } },
    });
    expect(mergeConfig({ A: 'a', B: 'c' }, { A: '', B: '' }, set).config).toEqual({ A: '' });
  });

  it('collects every problem and leads with the first', () => {
    const error = refusal(() => mergeConfig({}, { api_key: 'x', OTHER: 1, API_KEY: '****' }, declared));
    expect(error).toMatchObject({ status: 422, code: 'config_invalid', param: 'config.api_key' });
    expect(fieldsOf(error)).toEqual(['config.api_key', 'config.OTHER', 'config.API_KEY']);
    expect(error.problems[0]?.message).toContain('did you mean API_KEY?');
    expect(error.problems[2]?.message).toBe('looks like a mask; send the value itself');
  });

  it('keeps and clears a key that the plugin no longer knows, but does not change it', () => {
    const left = { LEFT: 1, API_KEY: KEY };
    expect(mergeConfig(left, { LEFT: 1 }, declared).changed).toEqual([]);
    expect(mergeConfig(left, { LEFT: null }, declared).config).toEqual({ API_KEY: KEY });
    expect(fieldsOf(refusal(() => mergeConfig(left, { LEFT: 2 }, declared)))).toEqual(['config.LEFT']);
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
