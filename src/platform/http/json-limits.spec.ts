import { describe, expect, it } from '@jest/globals';
import { AppError } from './errors.js';
import { assertWithinLimits } from './json-limits.js';

const scan = (json: string): void => assertWithinLimits(Buffer.from(json));
const keys = (count: number): string => Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',');
const items = (count: number, item: string): string => Array.from({ length: count }, () => item).join(',');

function refusal(json: string): [code: string, param: string] {
  try {
    scan(json);
  } catch (error) {
    if (error instanceof AppError) return [error.code, error.param];
    throw error;
  }
  return ['', ''];
}

describe('assertWithinLimits', () => {
  it('lets through what lies within the limits, and what is no JSON', () => {
    scan(`{${keys(1_000)}}`);
    scan(`{"a":{${keys(1_000)}},"b":[{${keys(1_000)}}]}`);
    scan(`${'{"a":'.repeat(64)}{}${'}'.repeat(64)}`);
    scan(`[${items(49_999, '{}')}]`);
    scan(`[${items(99_999, '1')}]`);
    for (const broken of ['', '"', '"\\\\', ']]]}}}', '{,:,:', '\\"', ':::,,,[[[']) scan(broken);
  });

  it.each([
    ['keys of the body', `{${keys(1_001)}}`, ''],
    ['keys of a field', `{"x":1,"config":{${keys(1_001)}}}`, 'config'],
    ['keys of an item', `{"a":[1,{"b\\u0041":{${keys(1_001)}}}]}`, 'a.1.b\\u0041'],
    ['the same key', `{"a":{${items(1_001, '"k":1')}}}`, 'a'],
    ['a long key above', `{"${'k'.repeat(100)}":{${keys(1_001)}}}`, `${'k'.repeat(64)}…`],
    ['objects in all', `{"a":[${items(60_000, '{}')}]}`, 'a.49997'],
    ['keys in all', `{"a":[${items(60_000, '{"b":1}')}]}`, 'a.24998.b'],
    ['items in all', `{"a":[[${items(60_000, '1')}],[${items(60_000, '1')}]]}`, 'a.1.40000'],
  ])('refuses too many: %s', (_what, json, path) => {
    expect(refusal(json)).toEqual(['body_too_complex', path]);
  });

  it('refuses nesting that goes too deep, in any mixture', () => {
    expect(refusal(`${'['.repeat(66)}${']'.repeat(66)}`)[0]).toBe('body_too_deep');
    expect(refusal(`{"a":${'[{"b":'.repeat(100_000)}`)[1]).toMatch(/^a\.0\.b\.0/);
  });

  it('is not misled by what stands in texts', () => {
    scan(`{"a":"${'{['.repeat(1_000)}","b":"\\"${'{['.repeat(1_000)}\\\\"}`);
    expect(refusal(`{"a\\\\":{"b\\"}":{${keys(1_001)}}}}`)[1]).toBe('a\\\\.b\\"}');
  });

  it.each([
    ['an id in settings', '{"config":{"guild_id":1187654321098765432}}', 'config.guild_id'],
    ['an id in a list', '{"request":{"ids":[1, -9007199254740993 ]}}', 'request.ids.1'],
    ['a value of its own', '9007199254740993', ''],
    ['more than any number is', '{"a":1e400}', 'a'],
    ['digits without end', `{"a":[[${'9'.repeat(500_000)}]]}`, 'a.0.0'],
    [
      'a default of a schema',
      '{"configSchema":{"properties":{"a":{"default":9007199254740993}}}}',
      'configSchema.properties.a.default',
    ],
    ['a setting called like a limit', '{"config":{"maximum":9007199254740993}}', 'config.maximum'],
  ])('refuses numbers that would become others: %s', (_what, json, path) => {
    expect(refusal(json)).toEqual(['number_inexact', path]);
  });

  it('lets through numbers that stay what they are, and their like in texts', () => {
    scan(
      '{"a":[9007199254740992,-1.5e300,0.1234567890123456789],"b":"1187654321098765432","1187654321098765432":0}',
    );
    scan(
      '{"configSchema":{"properties":{"a":{"maximum":9223372036854775807,"exclusiveMinimum":-9223372036854775809}}}}',
    );
    scan('123x, 1-2-3, -, --');
  });
});
