import { AppError } from '../../src/platform/http/errors.js';

/** The error that `action` is refused with; any other error, and none at all, fails the test. */
export function refusal(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The fields that a refusal complains about, in its order. */
export function fieldsOf(error: AppError): string[] {
  return error.problems.map(({ field }) => field);
}
