import { inspect } from 'node:util';
import type { LogLevel } from '../protocol.js';
import { describeError } from './error-place.js';
import type { Log } from './loaded-plugin.js';

/** Longest log line, in characters. */
const MAX_LINE = 8_192;

/** The method names agents' loggers have, and the level each is kept under. */
const METHODS = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  log: 'info',
  success: 'info',
  progress: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
} as const satisfies Record<string, LogLevel>;

export type PluginLogger = Record<keyof typeof METHODS, (...args: unknown[]) => void> & {
  child(): PluginLogger;
};

/** A logger that takes plain strings, `(object, message)` as pino does, and anything after them. */
export function createLogger(log: Log): PluginLogger {
  const methods = Object.entries(METHODS).map(([name, level]) => [
    name,
    (...args: unknown[]) => log(level, logLine(args)),
  ]);
  const logger = Object.fromEntries(methods) as PluginLogger;
  logger.child = () => logger;
  return logger;
}

/** One line of text for the arguments of a log call; the message first, then what came with it. */
export function logLine(args: readonly unknown[]): string {
  const [first, second, ...rest] = args;
  const ordered = typeof first !== 'string' && typeof second === 'string' ? [second, first, ...rest] : args;
  return ordered.map(text).join(' ').slice(0, MAX_LINE);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return describeError(value).message;
  try {
    return inspect(value, { depth: 3, breakLength: Infinity, maxStringLength: 1_000 });
  } catch {
    return 'a value that cannot be shown';
  }
}
