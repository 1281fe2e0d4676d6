import { describe, expect, it } from '@jest/globals';
import { fieldsOf, refusal } from '../../../../test/support/refusal.js';
import { mergeConfig, mergePatchConfig } from './config-merge.js';
import type { JsonObject } from './json.js';
import type { ParameterSet } from './parameter.js';
import { readParameters } from './parameters.js';
import { presentConfig } from './presentation.js';

const KEY = 'sk-1234567890abcdef';
const bare = (config: JsonObject): ParameterSet => readParameters({ config });

const merged = (stored: JsonObject, patch: JsonObject): JsonObject =>
  mergeConfig(stored, patch, bare(stored)).config;

const PEM = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n';

describe('masks that a form has changed', () => {
  const mask = String(presentConfig({ private_key: PEM }, bare({ private_key: PEM }))['private_key']);

  it('hold nothing that a form would drop', () => {
    expect(mask).toBe('----...----');
  });

  it.each([mask, ` ${mask}\r\n`, mask.replace('...', ' ... '), mask.replace('...', '\u2026')])(
    'stand for the stored secret all the same: %j',
    (sent) => {
      expect(merged({ private_key: PEM }, { private_key: sent })).toEqual({ private_key: PEM });
      expect(merged({ tls: { private_key: PEM } }, { tls: { private_key: sent } })).toEqual({
        tls: { private_key: PEM },
      });
    },
  );

  it.each(['----...---', '----...---\n', '----..----', '----***----', '"----...----"'])(
    'are never stored: %j',
    (sent) => {
      for (const [stored, patch, field] of [
        [{ private_key: PEM }, { private_key: sent }, 'config.private_key'],
        [{ tls: { private_key: PEM } }, { tls: { private_key: sent } }, 'config.tls.private_key'],
        [{ api_keys: ['k', PEM] }, { api_keys: ['k', sent] }, 'config.api_keys.1'],
        [{ api_keys: [PEM, 'k'] }, { api_keys: [sent] }, 'config.api_keys.0'],
      ] as const) {
        const error = refusal(() => mergeConfig(stored, patch, bare(stored)));
        expect(fieldsOf(error)).toEqual([field]);
        expect(error.message).toContain('looks like a mask; send the value itself');
      }
    },
  );
});

describe('masks that come back from inside', () => {
  const cases: [string, JsonObject][] = [
    ['objects', { db: { host: 'h', password: 'short', port: 5 } }],
    [
      'lists of objects',
      {
        keys: [
          { name: 'a', value: KEY },
          { name: 'b', value: 'k2' },
        ],
      },
    ],
    ['lists of texts', { api_keys: ['k1', 'k2', KEY] }],
    [
      'name and value pairs',
      {
        env: [
          { name: 'API_KEY', value: 'v1' },
          { name: 'MODE', value: 'fast' },
        ],
      },
    ],
    ['secret containers', { auth: { user: 'u', pin: 1234, on: true } }],
    ['addresses with a password', { store: 'postgres://u:p4ssw0rd@h/db', url: 'https://h/' }],
    ['deep lists', { servers: [[{ token: 't1' }], [{ token: 't2' }, { token: KEY }]] }],
  ];

  it.each(cases)('keeps the secrets of %s when all is sent back as it was shown', (_what, stored) => {
    const set = bare(stored);
    const shown = presentConfig(stored, set);
    expect(shown).not.toEqual(stored);
    expect(mergeConfig(stored, shown, set)).toEqual({ config: stored, changed: [] });
    expect(mergePatchConfig(stored, shown, set).changed).toEqual([]);
  });

  const [a, b] = ['aaaa-secret-1111', 'bbbb-secret-2222'];
  const [maskA, maskB] = ['aaaa...1111', 'bbbb...2222'];
  it.each([
    ['reversed', { api_keys: [a, b] }, { api_keys: [maskB, maskA] }, { api_keys: [b, a] }],
    ['first removed', { api_keys: [a, b] }, { api_keys: [maskB] }, { api_keys: [b] }],
    [
      'one put before',
      { api_keys: [a, b] },
      { api_keys: ['new', maskA, maskB] },
      { api_keys: ['new', a, b] },
    ],
    ['one replaced', { api_keys: ['s1', 's2'] }, { api_keys: ['****', 'new'] }, { api_keys: ['s1', 'new'] }],
    [
      'one added',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['****', '****', 'n'] },
      { api_keys: ['s1', 's2', 'n'] },
    ],
    [
      'objects by name',
      {
        list: [
          { name: 'x', token: 's1' },
          { name: 'y', token: 's2' },
        ],
      },
      { list: [{ name: 'y', token: '****', note: 1 }] },
      { list: [{ name: 'y', token: 's2', note: 1 }] },
    ],
    [
      'objects by what is shown',
      {
        list: [
          { url: 'x', token: 's1' },
          { url: 'y', token: 's2' },
        ],
      },
      { list: [{ url: 'y', token: '****' }] },
      { list: [{ url: 'y', token: 's2' }] },
    ],
    ['plain asterisks', { hosts: ['a', 'b'] }, { hosts: ['*'] }, { hosts: ['*'] }],
    ['a whole secret object', { auth: { user: 'u' } }, { auth: '****' }, { auth: { user: 'u' } }],
  ])('finds elements that moved: %s', (_what, stored, patch, expected) => {
    expect(merged(stored, patch)).toEqual(expected);
  });

  it.each([
    [
      'equal masks of different secrets',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['****'] },
      'config.api_keys.0',
    ],
    [
      'a mask put before equal ones',
      { api_keys: ['s1', 's2'] },
      { api_keys: ['n', '****', '****'] },
      'config.api_keys.2',
    ],
    ['nothing stored', {}, { api_keys: ['****'] }, 'config.api_keys.0'],
    ['an outdated mask', { token: KEY }, { token: 'old1...old2' }, 'config.token'],
    ['another key', { db: { password: 'short' } }, { db: { passwd: '****' } }, 'config.db.passwd'],
    [
      'edited objects that nothing tells apart',
      {
        list: [
          { url: 'x', token: 's1' },
          { url: 'y', token: 's2' },
        ],
      },
      { list: [{ url: 'z', token: '****' }] },
      'config.list.0',
    ],
  ])('refuses %s', (_what, stored, patch, field) => {
    const error = refusal(() => merged(stored, patch));
    expect(fieldsOf(error)).toEqual([field]);
    expect(error.message).toContain('looks like a mask; send the value itself');
  });

  it.each([
    ['PUT', mergeConfig, { env: [{ name: 'NOTE', value: '****' }] }],
    ['PUT in an object', mergeConfig, { one: { name: 'NOTE', value: '****' } }],
    ['PATCH', mergePatchConfig, { one: { name: 'NOTE' } }],
    ['PATCH that makes a key a label', mergePatchConfig, { tls: { value: 1 } }],
  ])('does not show a secret to who changes the label beside it: %s', (_how, merge, patch: JsonObject) => {
    const stored = {
      env: [{ name: 'API_KEY', value: 's3cret' }],
      one: { name: 'API_KEY', value: 's3cret' },
      tls: { key: 's3cret' },
    };
    const error = refusal(() => merge(stored, patch, bare(stored)));
    expect(error.code).toBe('config_invalid');
    expect(JSON.stringify(error.problems) + error.message).not.toContain('s3cret');
  });

  it('stays quick on lists made to be compared without end', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i}`);
    const nested = (depth: number, token: string): unknown =>
      depth === 0 ? { token } : [nested(depth - 1, token), '****'];
    const started = performance.now();
    expect(
      fieldsOf(refusal(() => merged({ api_keys: many }, { api_keys: many.map(() => 'no01...no02') }))),
    ).not.toEqual([]);
    expect(
      fieldsOf(
        refusal(() => merged({ x: { y: nested(28, KEY) } }, { x: { y: [nested(27, 'no01...no02')] } })),
      ),
    ).not.toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
