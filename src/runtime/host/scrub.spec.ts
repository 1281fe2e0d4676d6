import { describe, expect, it } from '@jest/globals';
import { scrubber } from './scrub.js';

describe('scrubbing a plugin’s words', () => {
  it.each([
    ['a secret, every time', ['sk-12345'], 'a sk-12345 b sk-12345', 'a **** b ****'],
    ['the longer of two that overlap', ['abcd', 'abcdefgh'], 'x abcdefgh', 'x ****'],
    ['JSON and URL spellings', ['a"b c/d'], '"a\\"b c/d" a%22b%20c%2Fd', '"****" ****'],
    ['each line of a key', ['BEGIN\nMIIEvQ\nEND!'], 'line MIIEvQ', 'line ****'],
    ['not what is too short', ['abc', ''], 'abc', 'abc'],
  ])('masks %s', (_name, secrets, text, expected) => {
    expect(scrubber(secrets, {})(text)).toBe(expected);
  });

  it('names folders shortly, the longest first', () => {
    const scrub = scrubber([], { '/srv/p': '…', '/srv/p/x': '.' });
    expect(scrub('at file:///srv/p/x/a.js:1 and /srv/p/y')).toBe('at ./a.js:1 and …/y');
  });

  it('takes colours and control characters out', () => {
    expect(scrubber([], {})('\u001b[31mred\u001b[0m\u0000\tend\r')).toBe('red\tend');
  });
});
