import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ConfigError } from '../../config.js';
import { parseSecretsKeys } from './secrets-keys.js';

describe('keys of SECRETS_KEY', () => {
  const key = randomBytes(32);

  it.each([
    ['base64', key.toString('base64')],
    ['base64 without padding', key.toString('base64').replace('=', '')],
    ['base64url', key.toString('base64url')],
    ['hex', key.toString('hex')],
    ['upper-case hex', key.toString('hex').toUpperCase()],
    ['surrounded by blanks', ` ${key.toString('hex')}\n`],
  ])('reads %s', (_form, text) => {
    expect(parseSecretsKeys([text])).toEqual([key]);
  });

  it('keeps the order and counts a repeated key once', () => {
    const other = randomBytes(32);
    const list = [other.toString('hex'), key.toString('base64'), key.toString('hex')];
    expect(parseSecretsKeys(list)).toEqual([other, key]);
  });

  it.each([
    ['', 'empty'],
    ['too-short', 'short'],
    ['z'.repeat(64), '64 characters that are neither'],
    [randomBytes(31).toString('base64'), '31 bytes'],
    [randomBytes(33).toString('base64'), '33 bytes'],
    [randomBytes(32).toString('hex') + '00', '33 bytes of hex'],
  ])('refuses %j (%s) without repeating it', (text) => {
    const attempt = (): Buffer[] => parseSecretsKeys([key.toString('hex'), text]);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(/key 2 of 2, must be 32 bytes written as base64 .* or hex/);
    if (text !== '') expect(attempt).not.toThrow(new RegExp(text.replace(/[+/]/g, '.')));
  });

  it('names every wrong key in one go, and an empty list', () => {
    expect(() => parseSecretsKeys(['a', 'b'])).toThrow(/key 1 of 2[^]*key 2 of 2/);
    expect(() => parseSecretsKeys([])).toThrow(/SECRETS_KEY is empty/);
  });
});
