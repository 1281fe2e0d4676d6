import type { LogFunctionFactory } from 'graphile-worker';
import type { Logger } from 'pino';

/** The library's words, one level down: what is an error to it, a failed try, is expected here and told by us. */
export function workerLog(log: Logger): LogFunctionFactory {
  const levels: Readonly<Record<string, 'warn' | 'debug' | 'trace'>> = {
    error: 'warn',
    warning: 'warn',
    info: 'debug',
    debug: 'trace',
  };
  return () => (level, message, meta) => {
    log[levels[level] ?? 'debug'](
      { context: 'queue', ...(meta?.error ? { err: meta.error } : {}) },
      firstLine(message),
    );
  };
}

/** The library appends stacks to its messages; the error itself has them. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
