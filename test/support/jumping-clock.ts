import process from 'node:process';

/**
 * Preloaded into a server: at every SIGUSR2 its wall clock jumps, an hour ahead first, then two back. Timers and the
 * monotonic clock go on, as when an operator or a time server sets the clock.
 */
const HOUR_MS = 3_600_000;
const Real = Date;
const jumps = [HOUR_MS, -2 * HOUR_MS];
let offset = 0;

process.on('SIGUSR2', () => (offset += jumps.shift() ?? 0));

globalThis.Date = class extends Real {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [Real.now() + offset] : given) as [number]));
  }

  static override now(): number {
    return Real.now() + offset;
  }
} as DateConstructor;
