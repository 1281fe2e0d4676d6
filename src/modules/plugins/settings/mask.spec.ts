import { describe, expect, it } from '@jest/globals';
import { isMaskOf, looksLikeMask, maskValue } from './mask.js';

describe('maskValue', () => {
  it.each([
    ['', '****'],
    ['a', '****'],
    ['12345678', '****'],
    ['123456789', '1234...6789'],
    ['sk-1234567890abcdef', 'sk-1...cdef'],
    ['🔑🔑🔑🔑🔑🔑🔑🔑', '****'],
    ['🔑🔒🔑🔒-🔓🔑🔓🔑', '🔑🔒🔑🔒...🔓🔑🔓🔑'],
    ['line one\nline two', 'line... two'],
    [42, '****'],
    [true, '****'],
    [null, '****'],
    [{ a: 1 }, '****'],
  ])('shows %j as %j', (value, mask) => {
    expect(maskValue(value)).toBe(mask);
  });

  it('never shows more than eight characters of any secret', () => {
    for (let length = 0; length < 80; length++) {
      const secret = Array.from({ length }, (_, i) => String.fromCodePoint(0x1f300 + i)).join('');
      const shown = Array.from(maskValue(secret)).filter((c) => secret.includes(c));
      expect(shown.length).toBe(length > 8 ? 8 : 0);
    }
  });
});

describe('isMaskOf', () => {
  it.each([
    ['sk-1...cdef', 'sk-1234567890abcdef', true],
    ['****', 'short', true],
    ['****', 'sk-1234567890abcdef', true],
    ['********', 'short', true],
    ['*', 'short', true],
    ['sk-****...xxxx', 'sk-1234567890abcdef', true],
    ['****...', 'anything at all', true],
    ['sk-9...cdef', 'sk-1234567890abcdef', false],
    ['sk-1234567890abcdef', 'sk-1234567890abcdef', false],
    ['p****word', 'short', false],
    ['', 'short', false],
    ['****', undefined, false],
    ['****', null, false],
    ['****', 42, true],
    ['****', { user: 'a' }, true],
    [42, 42, false],
  ])('%j for %j: %j', (candidate, stored, expected) => {
    expect(isMaskOf(candidate, stored)).toBe(expected);
  });

  it('holds for the mask of everything', () => {
    for (const stored of [
      '',
      'a',
      '****',
      '12345678',
      '123456789',
      '....'.repeat(3),
      '\n'.repeat(20),
      0,
      false,
      [],
    ])
      expect(isMaskOf(maskValue(stored), stored)).toBe(true);
  });
});

describe('looksLikeMask', () => {
  it.each(['****', '*', 'sk-****...xxxx', 'sk-1...cdef', '🔑🔒🔑🔒...🔓🔑🔓🔑', 'ab\ncd...efgh'.slice(1)])(
    '%j does',
    (text) => {
      expect(looksLikeMask(text)).toBe(true);
    },
  );

  it.each(['', 'sk-1234567890abcdef', 'abc...def', 'p*ssword', 'to be continued...', '***a***', 5, null])(
    '%j does not',
    (text) => {
      expect(looksLikeMask(text)).toBe(false);
    },
  );
});
