import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';

/** How long a quiet machine takes to start Node, in milliseconds. */
const QUIET_START_MS = 50;
const MOST = 8;

/**
 * Estimates how many times slower than a quiet machine this one is: by a start of Node, which shows a slow processor,
 * and by the load of the last minute, which shows what else will want it.
 * @returns 1 to 8, to multiply time limits with
 */
export function machinePace() {
  const started = performance.now();
  spawnSync(process.execPath, ['--eval', '0']);
  const byStart = (performance.now() - started) / QUIET_START_MS;
  const byLoad = 1 + (loadavg()[0] ?? 0) / availableParallelism();
  return Math.min(MOST, Math.max(1, Math.ceil(Math.max(byStart, byLoad))));
}
