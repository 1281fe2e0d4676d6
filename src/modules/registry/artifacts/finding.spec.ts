import { describe, expect, it } from '@jest/globals';
import { Unavailable, Unprocessable } from '../../../platform/http/errors.js';
import { DownloadFailed } from '../../../platform/http/outbound/download.errors.js';
import { findingOf, nextCheck } from './finding.js';

const HOUR = 3_600_000;
const now = new Date('2026-01-15T08:00:00Z');
const waitAfter = (attempts: number): number | null => {
  const next = nextCheck('unreachable', attempts, now);
  return next && next.getTime() - now.getTime();
};

describe('a look at an artifact', () => {
  it('is repeated in growing steps for days while it cannot be reached, and then no more', () => {
    const waits = Array.from({ length: 24 }, (_, index) => waitAfter(index + 1) ?? 0);
    expect(waits[0]).toBe(60_000);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    const days = waits.reduce((sum, wait) => sum + wait, 0) / (24 * HOUR);
    expect(days).toBeGreaterThan(7);
    expect(waitAfter(25)).toBeNull();
  });

  it('is repeated daily once it is verified, and only on demand when it is proven wrong', () => {
    expect(nextCheck('verified', 0, now)?.getTime()).toBe(now.getTime() + 24 * HOUR);
    expect(nextCheck('mismatch', 0, now)).toBeNull();
    expect(nextCheck('unverifiable', 0, now)).toBeNull();
  });

  it('tells other bytes, refused places and a host that is away apart', () => {
    const verdict = (error: unknown, wasVerified = false): string =>
      findingOf(error, wasVerified).verification;
    expect(verdict(new Unprocessable('checksum_mismatch', ''))).toBe('mismatch');
    expect(verdict(new Unprocessable('destination_refused', ''))).toBe('unverifiable');
    expect(verdict(new Unprocessable('download_too_large', ''))).toBe('unverifiable');
    expect(verdict(new DownloadFailed('missing', ''))).toBe('unreachable');
    expect(verdict(new DownloadFailed('invalid', ''))).toBe('unverifiable');
    expect(verdict(new DownloadFailed('invalid', ''), true)).toBe('unreachable');
    expect(() => verdict(new Unavailable('shutting_down', ''))).toThrow(Unavailable);
  });
});
