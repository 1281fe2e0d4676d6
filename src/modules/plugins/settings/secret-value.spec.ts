import { describe, expect, it } from '@jest/globals';
import { looksSecret } from './secret-value.js';

describe('looksSecret', () => {
  it.each([
    'sk-proj-abcdefghijklmnop',
    'sk-bf-0123456789abcdef',
    'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    'xoxb-1234567890-abcdefghij',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
    'text before\n-----BEGIN RSA PRIVATE KEY-----',
    'Authorization: Bearer abcdefghijk',
    'Basic dXNlcjpwYXNz',
    'postgres://user:pass@host/db',
    'redis://:pass@host',
    'https://rpc.example.com/?api-key=abc',
    'https://rpc.example.com/?x=1&token=abc#top',
  ])('%j is a secret', (text) => {
    expect(looksSecret(text)).toBe(true);
  });

  it.each([
    '',
    'sk-short',
    'gpt-4o-mini',
    'https://api.openai.com/v1',
    'https://user@host/',
    'http://localhost:8080/a@b:c',
    'https://x/?max_tokens=5&api_key=',
    'redis://localhost:6379/0',
    'bearer of news',
    'a://' + ':'.repeat(250_000),
    '?'.repeat(250_000),
    42,
    null,
    { token: 'x' },
  ])('%# is none', (value) => {
    expect(looksSecret(value)).toBe(false);
  });
});
