import { describe, expect, it } from '@jest/globals';
import { assertPlainJson } from './plain-json.js';

describe('assertPlainJson', () => {
  it('lets ordinary bodies through', () => {
    assertPlainJson(JSON.parse('{"name":"x","config":{"list":[1,{"a":null}],"proto":1}}') as object);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('names %s at any depth', (key) => {
    const body = JSON.parse(`{"config":{"a":[{"${key}":1}]}}`) as object;
    expect(() => assertPlainJson(body)).toThrow(`config.a.0.${key} is not allowed as a key`);
  });

  it.each(['{"a":{"b":"x\\u0000"}}', '{"a":{"\\u0000":1}}'])('refuses U+0000 in %s', (body) => {
    expect(() => assertPlainJson(JSON.parse(body) as object)).toThrow('U+0000');
  });

  it('walks any depth without recursing', () => {
    const body = JSON.parse(`{"a":${'['.repeat(100_000)}"\\u0000"${']'.repeat(100_000)}}`) as object;
    expect(() => assertPlainJson(body)).toThrow('U+0000');
  });
});
