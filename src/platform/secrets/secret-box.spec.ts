import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { AppError, Unavailable } from '../http/errors.js';
import { SecretBox } from './secret-box.js';

const key = randomBytes(32);
const box = new SecretBox([key]);
const context = 'plugin/twitter/TWITTER_API_KEY';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('SecretBox', () => {
  it.each([
    ['a string', 'sk-abcdef'],
    ['an empty string', ''],
    ['text beyond the BMP', 'pässwörd 🔑'],
    ['null', null],
    ['a number', 0.1],
    ['a nested value', { a: [{ b: 'c' }], $sealed: 'v1.x' }],
    ['something large', 'x'.repeat(300_000)],
  ])('opens %s again', (_what, plain) => {
    expect(box.open(box.seal(plain, context), context)).toEqual(plain);
  });

  it('shows nothing of the value and never repeats itself', () => {
    const envelopes = Array.from({ length: 50 }, () => box.seal('sk-abcdef', context));
    expect(new Set(envelopes).size).toBe(50);
    expect(envelopes[0]).toMatch(/^v1\.[0-9a-f]{16}\.[A-Za-z0-9_-]+$/);
    expect(Buffer.from(envelopes[0]!.split('.')[2]!, 'base64url').toString('latin1')).not.toContain('sk-abc');
  });

  it.each(['plugin/discord/TWITTER_API_KEY', 'plugin/twitter/OTHER', '', `${context} `])(
    'does not open under the context %j',
    (other) => {
      const envelope = box.seal('s3cret', context);
      expect(codeOf(() => box.open(envelope, other))).toBe('secret_unreadable');
    },
  );

  it('does not open when any one character was changed', () => {
    const envelope = box.seal('s3cret', context);
    for (let at = 'v1.'.length; at < envelope.length; at++) {
      const changed = envelope.slice(0, at) + (envelope[at] === 'a' ? 'b' : 'a') + envelope.slice(at + 1);
      expect(['secret_unreadable', 'secrets_key_missing']).toContain(
        codeOf(() => box.open(changed, context)),
      );
    }
  });

  it.each([
    '',
    'v1',
    'v1..',
    'v2.0123456789abcdef.AAAA',
    'v1.0123456789abcdef.AAAA',
    'v1.short.AAAA',
    'plain text',
  ])('refuses %j as an envelope', (envelope) => {
    expect(codeOf(() => box.open(envelope, context))).toBe('secret_unreadable');
    expect(codeOf(() => box.needsRotation(envelope))).toBe('secret_unreadable');
  });

  it('refuses cut and lengthened envelopes', () => {
    const envelope = box.seal('s3cret', context);
    for (const changed of [envelope.slice(0, -1), envelope.slice(0, -4), `${envelope}A`, `${envelope}AAAA`])
      expect(codeOf(() => box.open(changed, context))).toBe('secret_unreadable');
  });

  it('opens with every listed key and asks to rotate what the first one did not seal', () => {
    const newer = new SecretBox([randomBytes(32), key]);
    const old = box.seal('s3cret', context);
    expect(newer.open(old, context)).toBe('s3cret');
    expect(newer.needsRotation(old)).toBe(true);
    expect(newer.needsRotation(newer.seal('s3cret', context))).toBe(false);
  });

  it('names SECRETS_KEY when the key is gone', () => {
    const other = new SecretBox([randomBytes(32)]);
    const attempt = (): unknown => other.open(box.seal('s3cret', context), context);
    expect(codeOf(attempt)).toBe('secrets_key_missing');
    expect(attempt).toThrow(Unavailable);
    expect(attempt).toThrow(/SECRETS_KEY/);
  });

  it('takes no wrong key and no value that JSON lacks', () => {
    expect(() => new SecretBox([])).toThrow(TypeError);
    expect(() => new SecretBox([randomBytes(16)])).toThrow(TypeError);
    expect(() => box.seal(undefined, context)).toThrow(TypeError);
  });
});
