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
    '--api-key=abc',
    '--token=abc',
    '-token=abc',
    'API_KEY=abc',
    'X-Api-Key: abc',
    'Cookie: sid=1',
    'npx -y server --api-key=abc --verbose',
    'npx server --token s3cr3t',
    'docker run -e API_KEY=abc image',
    'https://discord.com/api/webhooks/123456789012345678/AbCdEf-ghIjkL_mnop',
    'https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXX',
    'https://api.telegram.org/bot123456789:AAF-abcdefghijklmnopqrstuvwxyz012345/getMe',
    '123456789:AAF-abcdefghijklmnopqrstuvwxyz012345',
    'user:pass@proxy.internal:8080',
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
    '--max-tokens=5',
    '--verbose',
    '--token',
    '--api-key=',
    'MODE=fast',
    'Accept: text/html',
    'start it with --token and a value',
    'a key: value pair in a sentence',
    'ada@example.com',
    'postmaster:',
    '12:30@noon',
    '-'.repeat(250_000),
    '--a=b '.repeat(50_000),
    ' -'.repeat(125_000),
    'a:'.repeat(125_000),
    'a://' + ':'.repeat(250_000),
    '?'.repeat(250_000),
    42,
    null,
    { token: 'x' },
  ])('%# is none', (value) => {
    expect(looksSecret(value)).toBe(false);
  });
});
