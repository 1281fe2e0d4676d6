import { errorText } from './error-text.js';
import { type Bag, isBag } from './loaded-plugin.js';

/** Names a plugin's own test goes by; the first found counts. A `tests` array is a suite, not this. */
const CHECK_NAMES = ['testConnection', 'healthCheck', 'health', 'test'] as const;

/**
 * The plugin's own test, ready to call, or null.
 * @param owners objects to look on, first one wins
 * @param args what the test is called with
 */
export function findCheck(owners: readonly Bag[], ...args: unknown[]): (() => unknown) | null {
  for (const name of CHECK_NAMES)
    for (const owner of owners) {
      const found = owner[name];
      if (typeof found === 'function') return () => found.apply(owner, args) as unknown;
    }
  return null;
}

/**
 * Runs a plugin's own test.
 * @returns what it returned
 * @throws Error with the cause when it threw, returned false, or an object whose `ok` is false
 */
export async function runCheck(check: () => unknown): Promise<unknown> {
  const value = await check();
  if (value === false) throw new Error('the plugin reports that its test failed');
  if (isBag(value) && value['ok'] === false) throw new Error(failureText(value));
  return value;
}

function failureText(value: Bag): string {
  const reason = value['message'] ?? value['error'] ?? value['cause'] ?? value['reason'];
  return reason === undefined ? 'the plugin reports that its test failed' : errorText(reason);
}
