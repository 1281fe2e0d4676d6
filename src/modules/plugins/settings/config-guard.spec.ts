import { describe, expect, it } from '@jest/globals';
import { refusal } from '../../../../test/support/refusal.js';
import { guardConfig } from './config-guard.js';
import { mergeConfig, mergePatchConfig } from './config-merge.js';
import type { JsonObject } from './json.js';
import type { ParameterSet } from './parameter.js';
import { readParameters } from './parameters.js';

const bare = (config: JsonObject): ParameterSet => readParameters({ config });

const merged = (stored: JsonObject, patch: JsonObject): JsonObject =>
  mergeConfig(stored, patch, bare(stored)).config;

describe('configs that no plugin may have', () => {
  it.each([
    '{"__proto__":{"a":1}}',
    '{"constructor":1}',
    '{"a":{"prototype":{}}}',
    '{"a":[{"b":{"__proto__":null}}]}',
    '{"a":{"constructor":{"prototype":{"x":1}}}}',
  ])('%s', (text) => {
    for (const merge of [mergeConfig, mergePatchConfig]) {
      const error = refusal(() => merge({}, JSON.parse(text), bare({})));
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
    ['no object', [], /object/],
  ])('%s', (_what, patch: JsonObject, words) => {
    expect(refusal(() => mergeConfig({}, patch, bare({}))).message).toMatch(words);
  });

  it('counts what is stored towards the size', () => {
    const stored = { a: 'x'.repeat(200 * 1024) };
    expect(refusal(() => merged(stored, { b: 'x'.repeat(100 * 1024) })).message).toMatch(/256 KiB/);
    expect(merged(stored, { a: deep(31) })).toEqual({ a: deep(31) });
  });

  it('refuses more values than can be looked through at once, before it looks at them', () => {
    guardConfig({ list: Array(9_999).fill(1) });
    const error = refusal(() => guardConfig({ a: { list: Array(500_000).fill('x') } }));
    expect([error.code, error.param]).toEqual(['config_invalid', 'config.a.list']);
    expect(error.message).toContain('at most 10,000');
  });
});
