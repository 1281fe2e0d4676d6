import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { plugin, ALL_KINDS, redact } from '../support/pii-redactor.js';

const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);

beforeEach(() => {
  plugin.init({});
  log.mockClear();
});

describe('what is found', () => {
  const key = 'a1B2'.repeat(9);
  it.each([
    ['ada@example.org', '[EMAIL]'],
    ['Mail: <j.doe+tag@mail.example.co.uk>.', 'Mail: <[EMAIL]>.'],
    ['wait...john@x.com', 'wait...[EMAIL]'],
    ['müller@exämple.de', '[EMAIL]'],
    ["o'brien@x.com", '[EMAIL]'],
    ['+49 (0)30 1234-567', '[PHONE]'],
    ['+1 415 555 2671 or', '[PHONE] or'],
    ['+14155550123 12 items', '[PHONE] 12 items'],
    ['0049 30 1234567', '[PHONE]'],
    ['(212) 555-0123, 555-123-4567', '[PHONE], [PHONE]'],
    ['1-800-555-0199', '[PHONE]'],
    ['0171/1234567', '[PHONE]'],
    ['020 7946 0958', '[PHONE]'],
    ['06 12 34 56 78', '[PHONE]'],
    ['05.11.2026 030 1234567', '05.11.2026 [PHONE]'],
    ['My phone number is 01711234567', 'My phone number is [PHONE]'],
    ['4111 1111 1111 1111', '[CARD]'],
    ['4111-1111-1111-1111 123', '[CARD] 123'],
    ['12 4111 1111 1111 1111 12/26', '12 [CARD] 12/26'],
    ['378282246310005, 30569309025904', '[CARD], [CARD]'],
    ['4222222222222', '[CARD]'],
    ['6304000000000000000', '[CARD]'],
    ['DE89 3704 0044 0532 0130 00 thanks', '[IBAN] thanks'],
    ['gb29nwbk60161331926819', '[IBAN]'],
    ['FR1420041010050500013M02606', '[IBAN]'],
    ['key sk-proj-abc123def456ghi789jkl', 'key [SECRET]'],
    ['AKIAIOSFODNN7EXAMPLE', '[SECRET]'],
    [`ghp_${key}`, '[SECRET]'],
    ['xoxb-1234567890-abcdef', '[SECRET]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1', '[SECRET]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nend', '[SECRET]\nend'],
    ['cut off: -----BEGIN PRIVATE KEY-----\nMII', 'cut off: [SECRET]'],
    ['postgres://u:p4ss@localhost/x', 'postgres://[SECRET]@localhost/x'],
    ['Authorization: Bearer abcdefghijklmnopqrstuvwxyz', 'Authorization: Bearer [SECRET]'],
    ['192.168.1.20:80 and 2001:db8::1', '[IP]:80 and [IP]'],
  ])('%s', (text, expected) => {
    plugin.init({ kinds: ALL_KINDS });
    expect(redact(text)).toBe(expected);
  });
});

describe('what is left alone', () => {
  it.each([
    'order 4111111111111112',
    'order 1234567890, invoice 1234567890123456',
    '1700000000000',
    '0.4111111111111111 3.141592653589793',
    'DE89370400440532013001',
    'v1.2.3-beta.4, lodash@4.17.21, 10.4',
    '2026-11-20T21:38:32.123456Z',
    '2026-11-20 21:38 to 2026-11-21',
    '05.11.2026 14:30, 05.11.26 14.30, 01/02/2026 12',
    '550e8400-e29b-41d4-a716-446655440000',
    '41111111-1111-4111-8111-411111111111',
    'ISBN 978-3-16-148410-0',
    'user@localhost, @everyone, logo@2x.png',
    'git@github.com:owner/repo.git',
    'sk-learn-something-quite-long-name',
    'AKIA is a prefix, eyJ too, Bearer of news',
    '12:30:45, 99.99, +25%, 100-200-3000',
    '999.1.1.1 and 1.2.3.4.5',
  ])('%s', (text) => {
    plugin.init({ kinds: ALL_KINDS });
    expect(redact(text)).toBe(text);
  });
});

describe('payloads', () => {
  it('reads every usual request shape and keeps names and ids', () => {
    const request = {
      model: 'm-4111111111111111',
      messages: [
        { role: 'user', content: 'I am ada@example.org' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'ada@example.org' },
            { type: 'image_url', url: 'x' },
          ],
        },
        { role: 'tool', tool_call_id: '4111111111111111', content: 'ada@example.org' },
      ],
      prompt: ['ada@example.org'],
      input: { name: 'ada@example.org', id: 'ada@example.org', card: 4111111111111111 },
      temperature: 0.5,
    };
    expect(plugin.preLLMHook({}, request)).toEqual({
      model: 'm-4111111111111111',
      messages: [
        { role: 'user', content: 'I am [EMAIL]' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '[EMAIL]' },
            { type: 'image_url', url: 'x' },
          ],
        },
        { role: 'tool', tool_call_id: '4111111111111111', content: '[EMAIL]' },
      ],
      prompt: ['[EMAIL]'],
      input: { name: '[EMAIL]', id: '[EMAIL]', card: '[CARD]' },
      temperature: 0.5,
    });
  });

  it('keeps the JSON of tool arguments valid, however values are escaped', () => {
    const text = '{"to":"ada\\u0040example.org","card":4111111111111111,"big":12345678901234567890,"n":1.50}';
    const call = { function: { name: 'send', arguments: text } };
    const response = { choices: [{ message: { tool_calls: [call] } }] };
    expect(plugin.postLLMHook({}, response)).toEqual({
      choices: [
        {
          message: {
            tool_calls: [
              {
                function: {
                  name: 'send',
                  arguments: '{"to":"[EMAIL]","card":"[CARD]","big":12345678901234567890,"n":1.50}',
                },
              },
            ],
          },
        },
      ],
    });
  });

  it('answers null when nothing changes and never changes what it was given', () => {
    const request = { messages: [{ content: 'ada@example.org' }, { content: 'hello' }] };
    const before = structuredClone(request);
    const answer = plugin.preLLMHook({}, request) as typeof request;
    expect(request).toEqual(before);
    expect(answer.messages[1]).toBe(request.messages[1]);
    expect(plugin.preLLMHook({}, { prompt: 'hello' })).toBeNull();
    expect(plugin.postLLMHook({}, null, new Error('no answer'))).toBeNull();
    expect(plugin.preLLMHook({}, undefined)).toBeNull();
  });

  it('keeps a key named __proto__ a key', () => {
    const request: unknown = JSON.parse('{"__proto__":{"polluted":true},"prompt":"ada@example.org"}');
    const answer = plugin.preLLMHook({}, request) as Record<string, unknown>;
    expect(JSON.stringify(answer)).toBe('{"__proto__":{"polluted":true},"prompt":"[EMAIL]"}');
    expect(answer.polluted).toBeUndefined();
  });

  it('refuses a payload nested too deeply instead of letting it through unread', () => {
    const deep: unknown = JSON.parse('['.repeat(100) + '"ada@example.org"' + ']'.repeat(100));
    expect(() => plugin.preLLMHook({}, deep)).toThrow('nested deeper than 64 levels');
  });

  it('logs kinds and counts, never values', () => {
    redact('ada@example.org bob@example.org 4111 1111 1111 1111');
    expect(log.mock.calls).toEqual([['redacted in requests: email=2 card=1']]);
  });
});
