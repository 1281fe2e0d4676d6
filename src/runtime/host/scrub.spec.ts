import { describe, expect, it } from '@jest/globals';
import { type Scrub, scrubber } from './scrub.js';
import { secretMasker } from './secret-masker.js';

const scrubOf = (secrets: string[], folders = {}): Scrub => scrubber(secretMasker(secrets), folders);

describe('scrubbing a plugin’s words', () => {
  it.each([
    ['a secret, every time', ['sk-12345'], 'a sk-12345 b sk-12345', 'a **** b ****'],
    ['the longer of two that overlap', ['abcd', 'abcdefgh'], 'x abcdefgh', 'x ****'],
    ['JSON and URL spellings', ['a"b c/d'], '"a\\"b c/d" a%22b%20c%2Fd', '"****" ****'],
    ['each line of a key', ['BEGIN\nMIIEvQ\nEND!'], 'line MIIEvQ', 'line ****'],
    ['not what is too short', ['abc', ''], 'abc', 'abc'],
    ['one that colours split', ['sk-12345678'], 'a sk-12\u001b[31m345\u001b[0m678 b', 'a **** b'],
    ['one that a title splits', ['sk-12345678'], 'sk-1234\u001b]0;title\u00075678', '****'],
    [
      'one that a title carries',
      ['sk-12345678'],
      '\u001b]8;;https://h/sk-12345678\u0007link',
      '8;;https://h/****link',
    ],
    ['one that an open title carries', ['sk-12345678'], '\u001b]0;sk-12345678', '0;****'],
    ['one that controls split', ['sk-12345678'], 'sk-\u000012\u0008345678', '****'],
    ['one with a terminal sequence of its own', ['pass\u001b[31mword'], 'is pass\u001b[31mword!', 'is ****!'],
    ['the same as JSON', ['pass\u001b[31mword'], JSON.stringify('pass\u001b[31mword'), '"****"'],
    ['the same as JavaScript prints it', ['it\u001b\'s "so"'], `'it\\x1B\\'s "so"'`, `'****'`],
    [
      'newlines, quotes and backslashes in JSON',
      ['a"\\b\nc/d'],
      JSON.stringify({ x: 'a"\\b\nc/d' }),
      '{"x":"****"}',
    ],
    [
      'JSON in JSON',
      ['a"\\b\nc'],
      JSON.stringify({ x: JSON.stringify({ y: 'a"\\b\nc' }) }),
      '{"x":"{\\"y\\":\\"****\\"}"}',
    ],
    [
      'any percent-encoding',
      ["p@ss w'd!"],
      "x=p%40ss%20w%27d%21&y=p%40ss+w%27d!&z=%70%40ss%20w'd!",
      'x=****&y=****&z=****',
    ],
    [
      'percent-encoding of other letters',
      ['pässwörd€𝄞'],
      encodeURIComponent('pässwörd€𝄞').toLowerCase(),
      '****',
    ],
    ['letters in JSON escapes', ['pässwörd'], 'p\\u00e4ssw\\u00F6rd', '****'],
    ['hexadecimal digits', ['sk-12345678'], Buffer.from('sk-12345678').toString('hex'), '****'],
  ])('masks %s', (_name, secrets, text, expected) => {
    expect(scrubOf(secrets)(text)).toBe(expected);
  });

  it.each([0, 1, 2, 3, 4, 5])('masks base64 that holds a secret after %s bytes', (before) => {
    const secret = 'sk-live-?>~0123456789';
    const text = 'x'.repeat(before) + secret + '-and-more';
    const scrub = scrubOf([secret]);
    for (const encoding of ['base64', 'base64url'] as const) {
      const shown = scrub(Buffer.from(text).toString(encoding));
      const left = shown.split('****').map((part) => Buffer.from(part, encoding).toString());
      expect(shown).toContain('****');
      expect(left.join('')).not.toMatch(/live|0123|sk-l/);
    }
  });

  it('masks the beginning of a secret where the text was cut, and nowhere else', () => {
    const scrub = scrubOf(['https://h.example/hook/12345678']);
    expect(scrub('x https://h.example/hook/123…')).toBe('x ****…');
    expect(scrub('x https://h.example/hook/ y')).toBe('x https://h.example/hook/ y');
  });

  it('masks a long secret whole', () => {
    for (const length of [250, 256, 257, 259, 260, 261, 2_000]) {
      const secret = Array.from({ length }, (_none, index) =>
        String.fromCharCode(65 + ((index * 7) % 53)),
      ).join('');
      expect(scrubOf([secret])(`a ${secret} b`)).toBe('a **** b');
    }
  });

  it('names folders shortly, the longest first', () => {
    const scrub = scrubOf([], { '/srv/p': '…', '/srv/p/x': '.' });
    expect(scrub('at file:///srv/p/x/a.js:1 and /srv/p/y')).toBe('at ./a.js:1 and …/y');
  });

  it('takes colours and control characters out', () => {
    expect(scrubOf([])('\u001b[31mred\u001b[0m\u0000\tend\r')).toBe('red\tend');
  });
});
