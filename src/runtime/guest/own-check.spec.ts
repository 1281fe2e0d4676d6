import { describe, expect, it } from '@jest/globals';
import { findCheck, runCheck } from './own-check.js';

describe('findCheck', () => {
  it('takes the first name found and calls it on its owner', () => {
    const owner = { test: () => 'test', health: () => 'health', who: 'me', testConnection: self };
    function self(this: { who: string }, given: unknown): unknown[] {
      return [this.who, given];
    }
    expect(findCheck([owner], 'runtime')?.()).toEqual(['me', 'runtime']);
    expect(findCheck([{ test: () => 1 }, { health: () => 2 }])?.()).toBe(2);
  });

  it('finds nothing in a suite of tests', () => {
    expect(findCheck([{ tests: [{}], test: [] }])).toBeNull();
  });
});

describe('runCheck', () => {
  it('gives what the test returned', async () => {
    await expect(runCheck(() => Promise.resolve({ ok: true, ms: 4 }))).resolves.toEqual({ ok: true, ms: 4 });
    await expect(runCheck(() => undefined)).resolves.toBeUndefined();
  });

  it.each([
    [false, 'the plugin reports that its test failed'],
    [{ ok: false }, 'the plugin reports that its test failed'],
    [{ ok: false, error: new Error('HTTP 401') }, 'HTTP 401'],
    [{ ok: false, message: 'no key' }, 'no key'],
  ])('takes %p as a failure', async (value, message) => {
    await expect(runCheck(() => value)).rejects.toThrow(message);
  });
});
