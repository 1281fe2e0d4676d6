import { describe, expect, it } from '@jest/globals';
import { together } from './together.js';

const never = new AbortController().signal;
const untilStopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));

describe('together', () => {
  it('answers what both come to', async () => {
    const both = together(
      never,
      () => Promise.resolve(1),
      () => Promise.resolve('a'),
    );
    expect(await both).toEqual([1, 'a']);
  });

  it.each([['first'], ['second']])('stops the other when the %s fails, and says why', async (which) => {
    const failing = (): Promise<never> => Promise.reject(new Error('no luck'));
    const [one, two] = which === 'first' ? [failing, untilStopped] : [untilStopped, failing];
    await expect(together(never, one, two)).rejects.toThrow('no luck');
  });

  it('has let both end when it fails', async () => {
    let ended = false;
    const slow = async (signal: AbortSignal): Promise<void> => {
      await untilStopped(signal).catch(() => undefined);
      await Promise.resolve();
      ended = true;
    };
    await expect(together(never, slow, () => Promise.reject(new Error('no luck')))).rejects.toThrow();
    expect(ended).toBe(true);
  });

  it('passes an abort on', async () => {
    const abort = new AbortController();
    const both = together(abort.signal, untilStopped, untilStopped);
    abort.abort();
    await expect(both).rejects.toThrow('stopped');
  });
});
