import { describe, expect, it } from '@jest/globals';
import type { CodeOrigin } from '../code-origin.js';
import type { JsonObject } from './json.js';
import { readParameters } from './parameters.js';
import { type CodeChange, type Withheld, withholdFrom } from './withheld.js';

const path = (at: string | null, checksum: string | null = null): CodeOrigin => ({
  source: 'path',
  path: at,
  checksum,
});
const [OLD, NEW] = [path('old'), path('new')];
const CONFIG = { api_key: 'secret-1', accounts: [{ name: 'a', token: 'secret-2' }], mode: 'plain' };
const ALL = { api_key: OLD, accounts: OLD };

interface Given {
  patch?: JsonObject;
  merged?: JsonObject;
  withheld?: Withheld;
  locked?: { values: JsonObject } | null;
}

const after = (code: Partial<CodeChange>, { patch = {}, merged, withheld = {}, locked = null }: Given = {}) =>
  withholdFrom(
    { before: OLD, after: OLD, mayReveal: false, ...code },
    { set: readParameters({ config: CONFIG }), config: CONFIG, locked, withheld },
    patch,
    merged ?? { ...CONFIG, ...patch },
  );

describe('what is withheld from code', () => {
  it.each<[string, Partial<CodeChange>, object]>([
    ['from another path', { after: NEW }, ALL],
    [
      'from a path without its checksum',
      { before: path('old', 'aa'), after: OLD },
      { api_key: path('old', 'aa'), accounts: path('old', 'aa') },
    ],
    [
      'from a path with another checksum',
      { before: path('old', 'aa'), after: path('old', 'bb') },
      { api_key: path('old', 'aa'), accounts: path('old', 'aa') },
    ],
    ['from a path with its first checksum', { after: path('old', 'aa') }, {}],
    ['from the same path', {}, {}],
    [
      'of another package',
      { before: { source: 'npm', name: 'a' }, after: { source: 'npm', name: 'b' } },
      { api_key: { source: 'npm', name: 'a' }, accounts: { source: 'npm', name: 'a' } },
    ],
    [
      'of the same package from elsewhere',
      { before: { source: 'npm', name: 'a' }, after: { source: 'artifact', name: 'a' } },
      { api_key: { source: 'npm', name: 'a' }, accounts: { source: 'npm', name: 'a' } },
    ],
    [
      'of the same package',
      { before: { source: 'npm', name: 'a' }, after: { source: 'npm', name: 'a' } },
      {},
    ],
    ['from another path, by who may see secrets', { after: NEW, mayReveal: true }, {}],
  ])('%s', (_what, code, expected) => {
    expect(after(code)).toEqual(expected);
  });

  it('is all of it where nobody knows what it was meant for, for good', () => {
    const kept = after({ before: null, after: NEW });
    expect(Object.keys(kept)).toEqual(['api_key', 'accounts']);
    expect(after({ before: NEW, after: OLD }, { withheld: kept })).toEqual({ ...kept });
    expect(after({ before: null, after: path(null) })).toEqual({});
  });

  it('is a secret that does not open now, too', () => {
    expect(after({ after: NEW }, { locked: { values: { lost: 'sealed' } } })).toEqual({ ...ALL, lost: OLD });
  });

  it('is given back to code from where it was meant for', () => {
    expect(after({ before: NEW, after: OLD }, { withheld: ALL })).toEqual({});
    expect(after({ before: NEW, after: path('third') }, { withheld: ALL })).toEqual(ALL);
  });

  it('is released by who may see secrets, key by key, and by another value', () => {
    const [withheld, code] = [ALL, { before: NEW, after: NEW }];
    const masked = { patch: { api_key: '****' }, merged: CONFIG, withheld };
    expect(after(code, masked)).toEqual(ALL);
    expect(after({ ...code, mayReveal: true }, masked)).toEqual({ accounts: OLD });
    expect(after(code, { patch: { api_key: 'mine' }, withheld })).toEqual({ accounts: OLD });
    // Who knows the secret anyway may send it.
    expect(after(code, { patch: { api_key: 'secret-1' }, withheld })).toEqual({ accounts: OLD });
  });

  it('is not released by a value that still has a secret in it which was not sent', () => {
    const [withheld, code] = [ALL, { before: NEW, after: NEW }];
    const accounts = [
      { name: 'b', token: 'mine' },
      { name: 'a', token: 'secret-2' },
    ];
    const patch = {
      accounts: [
        { name: 'b', token: 'mine' },
        { name: 'a', token: '****' },
      ],
    };
    expect(after(code, { patch, merged: { ...CONFIG, accounts }, withheld })).toEqual(ALL);
    expect(after(code, { patch: { accounts }, merged: { ...CONFIG, accounts }, withheld })).toEqual({
      api_key: OLD,
    });
  });

  it('is forgotten with the value', () => {
    const { api_key: _cleared, ...merged } = CONFIG;
    expect(after({ before: NEW, after: NEW }, { patch: { api_key: null }, merged, withheld: ALL })).toEqual({
      accounts: OLD,
    });
  });
});
