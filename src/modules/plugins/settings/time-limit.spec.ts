import { describe, expect, it } from '@jest/globals';
import { withinTime } from './time-limit.js';

describe('withinTime', () => {
  it('gives back what was made in time', () => {
    const made = { a: 1 };
    expect(withinTime(1000, () => made)).toBe(made);
  });

  it('stops what would never end, and works afterwards', () => {
    const forever = (): object => {
      for (;;);
    };
    expect(withinTime(20, forever)).toBe('late');
    expect(withinTime(1000, () => [2])).toEqual([2]);
  });

  it('works inside itself', () => {
    expect(withinTime(1000, () => ({ inner: withinTime(1000, () => [3]) }))).toEqual({ inner: [3] });
  });

  it('lets errors through as they are', () => {
    const error = new RangeError('x');
    const fail = (): object => {
      throw error;
    };
    expect(() => withinTime(1000, fail)).toThrow(error);
  });
});
