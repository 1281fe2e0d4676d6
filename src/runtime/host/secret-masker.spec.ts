import { expect, it } from '@jest/globals';
import { maskDeep, secretMasker } from './secret-masker.js';

const SECRET = 'sk-live-0123456789';
const mask = secretMasker([SECRET, '4711']);

it('masks secrets at any depth, in names and as numbers, and leaves the rest', () => {
  const value = {
    [`x ${SECRET}`]: [SECRET, 1, true, null, { deep: `a ${SECRET} b` }],
    colour: '\u001b[31mred\u001b[0m',
    pin: 4711,
    body: Buffer.from(JSON.stringify({ key: SECRET })).toString('base64'),
  };
  const shown = maskDeep(value, mask) as typeof value;
  expect(shown).toMatchObject({
    'x ****': ['****', 1, true, null, { deep: 'a **** b' }],
    colour: value.colour,
    pin: '****',
  });
  expect(Buffer.from(shown.body, 'base64').toString()).not.toContain('0123');
});

it('does nothing where there are no secrets', () => {
  expect(secretMasker([])('abc')).toBe('abc');
});
