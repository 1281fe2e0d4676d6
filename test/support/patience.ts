/** Name of the variable that carries how many times slower than a quiet one this machine is; set by `scripts/test.mjs`. */
const TEST_PATIENCE = 'PLUGBOARD_TEST_PATIENCE';

/** Scales a time limit of a test, in milliseconds, to the machine that the tests run on. */
export function patient(limitMs: number): number {
  return limitMs * Number(process.env[TEST_PATIENCE] ?? 1);
}
