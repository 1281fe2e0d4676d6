import { describe, expect, it } from '@jest/globals';
import { KeyedMutex } from './keyed-mutex.js';

describe('KeyedMutex', () => {
  it('runs one at a time for a key, in order, also after a failure, and other keys beside it', async () => {
    const mutex = new KeyedMutex();
    const seen: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const first = mutex.run('a', async () => {
      await gate;
      seen.push('first');
      throw new Error('no');
    });
    const second = mutex.run('a', async () => seen.push('second'));
    await mutex.run('b', async () => seen.push('other'));
    open();
    await expect(first).rejects.toThrow('no');
    await second;
    expect(seen).toEqual(['other', 'first', 'second']);
  });
});
