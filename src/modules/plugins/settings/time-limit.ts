import { Script, createContext } from 'node:vm';

const sandbox = createContext({ run: undefined as (() => void) | undefined });
const script = new Script('run()');

/**
 * Runs `action` and stops it, wherever it is, when it takes longer than `ms` milliseconds of wall time. This
 * is the one way to bound synchronous code: it costs about 0.1 ms, so it is for code whose time a stranger
 * decides. What an action leaves behind when it is stopped must be thrown away.
 * @returns what the action returned, or 'late'; what it throws goes through
 */
export function withinTime<T extends object>(ms: number, action: () => T): T | 'late' {
  let result: T | undefined;
  sandbox.run = () => {
    result = action();
  };
  try {
    script.runInContext(sandbox, { timeout: ms });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return 'late';
    throw error;
  } finally {
    sandbox.run = undefined;
  }
  return result ?? 'late';
}
