import { describe, expect, it } from '@jest/globals';
import { toJson, withoutProto } from './json-value.js';

describe('toJson', () => {
  it('writes JSON, and null for nothing', () => {
    expect(toJson({ a: [1, 'x', null] })).toBe('{"a":[1,"x",null]}');
    expect(toJson(undefined)).toBe('null');
    expect(toJson({ gone: undefined })).toBe('{}');
  });

  it('names what JSON cannot carry', () => {
    expect(() => toJson({ a: { total: 1n } })).toThrow('a bigint in "total"');
    expect(() => toJson({ run: () => 1 })).toThrow('a function in "run"');
    expect(() => toJson(Symbol('s'))).toThrow('a symbol');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => toJson(cycle)).toThrow('a cycle');
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(() => toJson(deep)).toThrow('nested too deeply');
  });
});

describe('withoutProto', () => {
  it('drops __proto__ at any depth and keeps the rest, constructor included', () => {
    const value: unknown = JSON.parse('{"a":[{"__proto__":{"x":1},"b":2}],"constructor":3,"__proto__":4}');
    expect(JSON.stringify(withoutProto(value))).toBe('{"a":[{"b":2}],"constructor":3}');
    expect(withoutProto(null)).toBeNull();
  });
});
