import { describe, expect, it } from '@jest/globals';
import { Bucket, policyItem } from './bucket.js';

const POLICY = { name: 'token', quota: 120 };
const SECOND = 1_000;

function emptied(): Bucket {
  const bucket = new Bucket(POLICY, 0);
  for (let i = 0; i < POLICY.quota; i++) expect(bucket.take(0)).toBe(true);
  return bucket;
}

describe('a bucket', () => {
  it('gives its quota at once and then nothing', () => {
    const bucket = emptied();
    expect([bucket.take(0), bucket.has(0)]).toEqual([false, false]);
    expect(bucket.untold).toBe(POLICY.quota);
  });

  it('fills up evenly, and never beyond the quota', () => {
    const bucket = emptied();
    expect(bucket.take(499)).toBe(false);
    expect(bucket.take(500)).toBe(true);
    bucket.has(3_600 * SECOND);
    expect(String(bucket)).toBe('"token";r=120;t=0');
  });

  it('says what is left and when there is more, as structured fields', () => {
    const bucket = new Bucket({ name: 'address', quota: 6 }, 0);
    bucket.take(0);
    expect(policyItem({ name: 'address', quota: 6 })).toBe('"address";q=6;w=60');
    expect(bucket.take(SECOND)).toBe(true);
    expect(String(bucket)).toMatch(/^"address";r=4;t=(9|10)$/);
    for (let i = 0; i < 4; i++) bucket.take(SECOND);
    expect(String(bucket)).toBe(`"address";r=0;t=${bucket.wait}`);
  });

  it('takes the level of all servers for its own, less what was taken meanwhile', () => {
    const bucket = new Bucket(POLICY, 0);
    bucket.take(0);
    bucket.settle(10);
    expect(String(bucket)).toMatch(/r=9;/);
    bucket.settle(-3);
    expect([bucket.take(0), bucket.wait]).toEqual([false, 3]);
  });

  it('is full only when nobody is still to be told', () => {
    const bucket = new Bucket(POLICY, 0);
    expect(bucket.isFull(0)).toBe(true);
    bucket.take(0);
    expect(bucket.isFull(60 * SECOND)).toBe(false);
    bucket.untold = 0;
    expect(bucket.isFull(60 * SECOND)).toBe(true);
  });
});
