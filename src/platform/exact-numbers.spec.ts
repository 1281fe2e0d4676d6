import { describe, expect, it } from '@jest/globals';
import { isExactNumber, parseExactly } from './exact-numbers.js';

describe('isExactNumber', () => {
  it.each([
    ['0', true],
    ['-0', true],
    ['9007199254740991', true],
    ['9007199254740993', false],
    ['-9007199254740993', false],
    ['1187654321098765432', false],
    ['1187654321098765400', false],
    ['9223372036854775807', false],
    ['-9223372036854775808', true],
    ['10000000000000000000000', true],
    ['9'.repeat(400), false],
    ['9'.repeat(1_000_000), false],
    ['0.1', true],
    ['123456789.123456789123456789', true],
    ['1e308', true],
    ['1e400', false],
    ['-1E+400', false],
  ])('%.40s: %j', (number, expected) => {
    expect(isExactNumber(number)).toBe(expected);
  });
});

describe('parseExactly', () => {
  it('keeps the digits of what no number holds, as text', () => {
    expect(
      parseExactly('{"id": 1187654321098765432,"list":[-9007199254740993,1e400,5,0.12345678901234567891]}'),
    ).toEqual({ id: '1187654321098765432', list: ['-9007199254740993', '1e400', 5, 0.12345678901234568] });
  });

  it('leaves texts and keys alone', () => {
    const value = { 'a "1187654321098765432" \\': 'x: 1187654321098765432, "\\', '9007199254740993': 1 };
    expect(parseExactly(JSON.stringify(value))).toEqual(value);
  });

  it('leaves the limits of a schema numbers', () => {
    const schema =
      '{"type":"integer","maximum":9223372036854775807,"exclusiveMinimum" : -9223372036854775809,"default":9223372036854775807}';
    expect(parseExactly(schema)).toEqual({
      type: 'integer',
      maximum: 2 ** 63,
      exclusiveMinimum: -(2 ** 63),
      default: '9223372036854775807',
    });
  });

  it('refuses what is no JSON', () => {
    for (const broken of ['', '{', '01187654321098765432', '1187654321098765432x', '"'])
      expect(() => parseExactly(broken)).toThrow(SyntaxError);
  });
});
