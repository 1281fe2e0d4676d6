import { expect, it } from '@jest/globals';
import { findJsonError } from './json-position.js';

it.each([
  ['{"a":1,}', 7],
  ["{'a':1}", 1],
  ['{"a":b}', 5],
  ['{"a":1 "b":2}', 7],
  ['{"a"', 4],
  ['[1,2', 4],
  ['[1,,2]', 3],
  ['{"a":"line\nbreak"}', 10],
  ['{"a":"\\x"}', 6],
  ['{"a":01}', 6],
  ['{} {}', 3],
  ['', 0],
  ['nul', 0],
  [`{"a":"${'x'.repeat(1_000_000)}`, 1_000_006],
])('finds where %.20j stops being JSON', (text, at) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(findJsonError(text)).toBe(at);
});

it.each(['{"a":[1,-2.5e+3,true,null,{"b":"\\u00e9\\n"}],"":{}}', ' [ ] ', '"x"', '0'])(
  'finds nothing wrong with %j',
  (text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(findJsonError(text)).toBe(text.length);
  },
);
