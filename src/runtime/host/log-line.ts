import type { LogLevel } from '../protocol.js';

/** `logger` is what a plugin gives to its runtime's logger, `server` what this server says of the plugin. */
export const LOG_STREAMS = ['stdout', 'stderr', 'logger', 'server'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/** Where a line of a plugin's log comes from, and how grave it is. */
export interface LineOrigin {
  stream: LogStream;
  level: LogLevel;
}

export const PRINTED: LineOrigin = { stream: 'stdout', level: 'info' };
export const PRINTED_ERROR: LineOrigin = { stream: 'stderr', level: 'error' };
export const SERVER_INFO: LineOrigin = { stream: 'server', level: 'info' };
export const SERVER_ERROR: LineOrigin = { stream: 'server', level: 'error' };
