import { describe, expect, it } from '@jest/globals';
import { isMaskOf, looksLikeMask, maskValue, resemblesMaskOf } from './mask.js';

describe('maskValue', () => {
  it.each([
    ['', '****'],
    ['a', '****'],
    ['12345678', '****'],
    ['123456789', '1234...6789'],
    ['sk-1234567890abcdef', 'sk-1...cdef'],
    ['🔑🔑🔑🔑🔑🔑🔑🔑', '****'],
    ['🔑🔒🔑🔒-🔓🔑🔓🔑', '🔑🔒🔑🔒...🔓🔑🔓🔑'],
    ['line one\nline two', 'line...etwo'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n', '----...----'],
    ['\u0000\u200b\tab\r\ncd\u2028ef\u00a0gh\u0007ij\ufeff', 'abcd...ghij'],
    ['a b c d e f g h ', '****'],
    [' '.repeat(500), '****'],
    [`${' '.repeat(500)}123456789${'\n'.repeat(500)}`, '1234...6789'],
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
    ['sk-1...cdef\r\n', 'sk-1234567890abcdef', true],
    ['sk-1... cdef', 'sk-1234567890abcdef', true],
    ['sk-1\u2026cdef', 'sk-1234567890abcdef', true],
    [' **** ', 'short', true],
    ['----...----', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n', true],
    ['----...---\n', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n', false],
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

describe('resemblesMaskOf', () => {
  const key = 'sk-1234567890abcdef';
  it.each([
    ['sk-1...cde', key],
    ['sk-1..cdef', key],
    ['k-1...cdef', key],
    ['SK-1...cdef', key],
    ['sk-1***cdef', key],
    ['sk-1••••••••cdef', key],
    ['sk-1……cdef', key],
    ['sk-1...', key],
    ['...cdef', key],
    ['"sk-1...cdef"', key],
    ['----...---', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n'],
    ['---- ... ---', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n'],
    ['•••••', 'short'],
    ['...', 'short'],
  ])('%j resembles the mask of %j', (candidate, stored) => {
    expect(resemblesMaskOf(candidate, stored)).toBe(true);
  });

  it.each([
    ['sk-9999999999abcdef', key],
    ['sk-1234567890abcdef\n', key],
    ['to be continued...', key],
    ['abc...def', key],
    ['p*ssword', 'short'],
    ['new.pass', 'short'],
    ['5', 'short'],
    ['', key],
    [42, key],
    ['sk-1...cde', undefined],
  ])('%j does not resemble the mask of %j', (candidate, stored) => {
    expect(resemblesMaskOf(candidate, stored)).toBe(false);
  });
});
