import { expect, it } from '@jest/globals';
import { percentile, sample, summarize } from './stats.js';

const oneToHundred = Array.from({ length: 100 }, (_, i) => i + 1);

it.each([
  [1, 1],
  [7, 7],
  [50, 50],
  [99, 99],
  [99.5, 100],
  [100, 100],
])('takes percentile %d of 1 to 100 as %d', (percent, expected) => {
  expect(percentile(oneToHundred, percent)).toBe(expected);
});

it('takes every percentile of one sample as that sample', () => {
  expect([0.001, 50, 100].map((percent) => percentile([7], percent))).toEqual([7, 7, 7]);
});

it.each([0, -1, 101, NaN])('refuses percentage %d', (percent) => {
  expect(() => percentile([1], percent)).toThrow(RangeError);
});

it('refuses to sum up nothing', () => {
  expect(() => summarize([])).toThrow('no samples');
});

it('orders samples by value, and leaves them as they are', () => {
  const samples = [10, 9, 100, 1];
  expect(summarize(samples)).toEqual({ count: 4, mean: 30, min: 1, p50: 9, p99: 100, max: 100 });
  expect(samples).toEqual([10, 9, 100, 1]);
});

it('times the runs after the warm-up', async () => {
  let calls = 0;
  const times = await sample(() => Promise.resolve(calls++), 3, 2);
  expect(calls).toBe(5);
  expect(times).toHaveLength(3);
});
