import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 25;

/**
 * Repeats an assertion until it holds, for what becomes so by itself.
 * @throws what it last failed with, when it does not hold within `limitMs`
 */
export async function eventually<T>(assertion: () => Promise<T> | T, limitMs = 10_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(EVERY_MS);
  }
}
