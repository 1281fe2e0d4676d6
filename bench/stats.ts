/** What a set of measurements comes to; same unit as the samples. */
export interface Summary {
  count: number;
  mean: number;
  min: number;
  p50: number;
  p99: number;
  max: number;
}

/**
 * The smallest sample that at least `percent` of all samples do not exceed (nearest rank: always a value that
 * was measured, never an interpolation).
 * @param sorted samples in ascending order
 * @param percent above 0, up to 100
 * @throws RangeError without samples or with another percentage
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`no such percentage: ${percent}`);
  // Rounded first: 0.07 * 100 is 7.000000000000001 in floating point, and would be rank 8.
  const rank = Math.ceil(Number(((percent / 100) * sorted.length).toFixed(9)));
  const value = sorted[Math.max(rank, 1) - 1];
  if (value === undefined) throw new RangeError('no samples');
  return value;
}

/**
 * @param samples in any order; left as they are
 * @throws RangeError without samples
 */
export function summarize(samples: ArrayLike<number>): Summary {
  // A typed array sorts by value; Array.prototype.sort would sort by text.
  const sorted = Float64Array.from(samples).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return {
    count: sorted.length,
    mean: total / sorted.length,
    min: percentile(sorted, Number.MIN_VALUE),
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
  };
}

/**
 * Runs `work` one after another and times each run.
 * @returns milliseconds, one a run, without the warm-up
 */
export async function sample(work: () => unknown, runs: number, warmUp = 0): Promise<Float64Array> {
  for (let i = 0; i < warmUp; i++) await work();
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await work();
    times[i] = performance.now() - started;
  }
  return times;
}
