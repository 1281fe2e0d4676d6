import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { plugin, ALL_KINDS, redact } from '../support/pii-redactor.js';

jest.spyOn(console, 'log').mockImplementation(() => undefined);

beforeEach(() => {
  plugin.init({});
});

describe('settings', () => {
  it('looks only for the kinds it is told', () => {
    plugin.init({ kinds: ['card'] });
    expect(redact('ada@example.org 4111 1111 1111 1111')).toBe('ada@example.org [CARD]');
  });

  it('masks, and leaves its own masks alone', () => {
    plugin.init({ style: 'mask' });
    const masked = redact('ada@example.org, 4111 1111 1111 1111, xoxb-1234567890-abcdef');
    expect(masked).toBe('a***@example.org, **** **** **** 1111, ********');
    expect(redact(masked)).toBe(masked);
  });

  it('gives a value, however written, one pseudonym a key', () => {
    plugin.init({ style: 'hash', hashKey: 'k'.repeat(16) });
    const first = redact('4111 1111 1111 1111');
    expect(first).toMatch(/^\[CARD:[a-z]{12}\]$/);
    expect(redact('4111-1111-1111-1111')).toBe(first);
    expect(redact(first)).toBe(first);
    expect(redact('378282246310005')).not.toBe(first);
    plugin.init({ style: 'hash', hashKey: 'other'.repeat(4) });
    expect(redact('4111 1111 1111 1111')).not.toBe(first);
    const digest = createHmac('sha256', 'other'.repeat(4)).update('email:ada@example.org').digest();
    const letters = [...digest.subarray(0, 12)].map((byte) => String.fromCharCode(97 + (byte % 26)));
    expect(redact('Ada@Example.org')).toBe(`[EMAIL:${letters.join('')}]`);
  });

  it('leaves allowed values and mail domains alone', () => {
    plugin.init({ allowList: ['Help@Example.com', '@corp.example', '+49 30 1234567'] });
    expect(redact('help@example.com eve@corp.example +49-30-1234567')).toBe(
      'help@example.com eve@corp.example +49-30-1234567',
    );
    expect(redact('eve@sub.corp.example +49 30 7654321')).toBe('[EMAIL] [PHONE]');
  });

  it('redacts only the direction it is told', () => {
    plugin.init({ applyTo: ['responses'] });
    expect(plugin.preLLMHook({}, { prompt: 'ada@example.org' })).toBeNull();
    expect(plugin.postLLMHook({}, { text: 'ada@example.org' })).toEqual({ text: '[EMAIL]' });
  });

  it('finds custom patterns, first of all', () => {
    const pattern = 'EMP-\\d{6}(?:-(?:EU|US))?|badge \\w+@\\w+\\.org';
    plugin.init({ customPatterns: [{ name: 'staff_id', pattern, ignoreCase: true }] });
    expect(redact('emp-123456-eu, EMP-12, badge ada@example.org')).toBe('[STAFF_ID], EMP-12, [STAFF_ID]');
  });

  it.each([
    [{ kinds: ['shoe'] }, 'kinds may hold only'],
    [{ kinds: 'email' }, 'kinds must be a list of texts'],
    [{ style: 'blur' }, 'style must be one of'],
    [{ style: 'hash' }, 'hashKey needs at least 16'],
    [{ hashKey: 5 }, 'hashKey must be a text'],
    [{ allowList: [1] }, 'allowList must be'],
    [{ applyTo: ['all'] }, 'applyTo may hold only'],
    [{ customPatterns: [{ name: 'A b', pattern: 'x' }] }, 'needs a name'],
    [{ customPatterns: [{ name: 'a' }] }, 'needs a pattern'],
  ])('refuses %j', (config, message) => {
    expect(() => plugin.init(config)).toThrow(message);
  });

  it('keeps the settings in force when new ones are wrong, and forgets them at the end', () => {
    plugin.init({ kinds: ['card'] });
    expect(() => plugin.init({ style: 'blur' })).toThrow();
    expect(redact('ada@example.org')).toBe('ada@example.org');
    expect(plugin.healthCheck()).toEqual({ ok: true, message: 'looks for card' });
    plugin.cleanup();
    expect(redact('ada@example.org')).toBe('[EMAIL]');
    expect(plugin.getName()).toBe('PiiRedactor');
  });
});

describe('hostile input', () => {
  it.each([
    ['(a+)+b', 'too many ways'],
    ['(a|aa)*c', 'too many ways'],
    ['\\w+\\d+\\w+x', 'too many ways'],
    ['(?:a{999}){999}', 'more than 1000 characters'],
    ['(?=a)b', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'back-reference'],
    ['(?<n>a)\\k<n>', 'back-reference'],
    ['a*', 'matches the empty text'],
    ['(a', '"(" that nothing closes'],
    ['a)', '")" that nothing opens'],
    ['[a', 'not a valid regular expression'],
    ['x'.repeat(257), 'longer than 256'],
  ])('refuses the custom pattern %s', (pattern, message) => {
    expect(() => plugin.init({ customPatterns: [{ name: 'p', pattern }] })).toThrow(message);
  });

  it.each(
    [
      ['a', 'a@', '1', '1 ', '1-', '+1', '0', '01 ', '@a.', 'a.', 'a.a@a.', ':', '1.', 'x://a:'],
      ['eyJ', 'eyJa.', 'sk-', 'sk-1', 'xoxb-', 'bearer ', '-----BEGIN PRIVATE KEY-----', '"', '{"a":"', '\\'],
      [
        '4111 ',
        'DE89',
        'DE89 ',
        'GB29 a',
        '(2',
        '2026-',
        'tel: me ',
        '0.',
        'EMP-1',
        '550e8400-',
        '::',
        'ü@ü.',
      ],
    ].flat(),
  )('takes time in proportion to a text of many "%s"', (part) => {
    plugin.init({ kinds: ALL_KINDS, customPatterns: [{ name: 'p', pattern: 'EMP-\\d+\\w+x' }] });
    const measure = (length: number) => {
      const text = part.repeat(length / part.length);
      const started = performance.now();
      redact(text);
      return performance.now() - started;
    };
    measure(20_000);
    const short = Math.min(measure(20_000), measure(20_000));
    const long = Math.min(measure(80_000), measure(80_000), measure(80_000), measure(80_000));
    // Linear is 4, quadratic 16; the 50 ms are for a machine that is busy elsewhere.
    expect(long).toBeLessThan(10 * short + 50);
  });
});
