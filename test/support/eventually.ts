import { setTimeout as delay } from 'node:timers/promises';
import { patient } from './patience.js';

const EVERY_MS = 25;

/**
 * Repeats an assertion until it holds, for what becomes so by itself.
 * @throws what it last failed with, when it does not hold within `limitMs` of a quiet machine
 */
export async function eventually<T>(assertion: () => Promise<T> | T, limitMs = 10_000): Promise<T> {
  const deadline = Date.now() + patient(limitMs);
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(EVERY_MS);
  }
}
