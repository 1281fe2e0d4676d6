import { GatewayTimeout, Unprocessable } from '../../../platform/http/errors.js';
import { DownloadFailed } from '../../../platform/http/outbound/download.errors.js';
import type { Verification } from './published-artifact.entity.js';

/** What a look at an artifact came to. */
export interface Finding {
  verification: Verification;
  /** Why it is not verified. */
  cause: string | null;
  /** Size of the verified file. */
  bytes?: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Waits before the next try to reach an artifact; the last one is repeated. Ten days in all. */
const STEPS = [1, 5, 15, 60, 180, 360, 720].map((minutes) => minutes * MINUTE);
const MAX_ATTEMPTS = 25;

/**
 * When an artifact is looked at again by itself: a verified one daily, one that was not reached in growing steps,
 * any other when someone asks.
 * @param attempts checks in a row that did not reach it
 */
export function nextCheck(verification: Verification, attempts: number, now: Date): Date | null {
  if (verification === 'verified') return new Date(now.getTime() + DAY);
  if (verification !== 'unreachable' || attempts >= MAX_ATTEMPTS) return null;
  const step = STEPS[Math.min(attempts, STEPS.length) - 1] ?? MINUTE;
  return new Date(now.getTime() + step);
}

/**
 * What a failed download says of the artifact: an answer that asking again does not change is none of a host that is
 * away, unless the bytes were proven right before.
 * @throws the error itself where it says nothing of it: a full disk, the end of the server
 */
export function findingOf(error: unknown, wasVerified: boolean): Finding {
  if (error instanceof Unprocessable) {
    const verification = error.code === 'checksum_mismatch' ? 'mismatch' : 'unverifiable';
    return { verification, cause: error.message };
  }
  if (error instanceof DownloadFailed && error.reason === 'invalid' && !wasVerified)
    return { verification: 'unverifiable', cause: error.message };
  if (error instanceof DownloadFailed || error instanceof GatewayTimeout)
    return { verification: 'unreachable', cause: error.message };
  throw error;
}
