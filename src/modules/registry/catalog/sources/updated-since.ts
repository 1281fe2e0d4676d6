import type { Reading, Said, SourceState } from './source-reading.js';

/** Once a day everything is read, so that what was missed is made good. */
const WHOLE_EVERY_MS = 24 * 3_600_000;
/** Clocks differ, and what is written while we read may be stamped before it can be read. */
const OVERLAP_MS = 10 * 60_000;

/**
 * For APIs that can be asked for what has changed since a time: whether to ask for that, and the reading that it
 * becomes.
 * @returns `since`: time to ask from (RFC 3339), null for everything
 */
export function changesSince(
  state: SourceState,
  now: number = Date.now(),
): { since: string | null; reading: (said: AsyncIterable<Said>) => Reading } {
  const { readAt, wholeAt } = state;
  const changesOnly =
    typeof readAt === 'number' &&
    typeof wholeAt === 'number' &&
    now - wholeAt < WHOLE_EVERY_MS &&
    readAt <= now;
  return {
    since: changesOnly ? new Date(readAt - OVERLAP_MS).toISOString() : null,
    reading: (said) => ({ said, changesOnly, state: { readAt: now, wholeAt: changesOnly ? wholeAt : now } }),
  };
}
