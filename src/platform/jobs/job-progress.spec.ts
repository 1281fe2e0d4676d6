import { describe, expect, it } from '@jest/globals';
import { type ProgressStep, ProgressWriter } from './job-progress.js';

const NEVER_MS = 1_000_000;

function writer(): { written: ProgressStep[][]; progress: ProgressWriter } {
  const written: ProgressStep[][] = [];
  const write = (steps: readonly ProgressStep[]): Promise<void> => {
    written.push([...steps]);
    return Promise.resolve();
  };
  return { written, progress: new ProgressWriter(write, NEVER_MS) };
}

describe('the progress of a job', () => {
  it('is written with the last report of each phase, and no phase left out', async () => {
    const { written, progress } = writer();
    for (let i = 0; i <= 70; i++) progress.report('downloading', i);
    progress.report('verifying', 80, 'hash');
    await progress.flush();
    expect(written).toEqual([
      [
        { phase: 'downloading', percentage: 70, message: null },
        { phase: 'verifying', percentage: 80, message: 'hash' },
      ],
    ]);
  });

  it('is a whole number from 0 to 100, whatever is reported', async () => {
    const { written, progress } = writer();
    for (const [phase, value] of Object.entries({ a: -1, b: NaN, c: 33.9, d: 1_000 }))
      progress.report(phase, value);
    await progress.flush();
    expect(written[0]?.map(({ percentage }) => percentage)).toEqual([0, 0, 33, 100]);
  });

  it('never falls, whatever order parts that are done side by side report in', async () => {
    const { written, progress } = writer();
    progress.report('downloading', 60);
    progress.report('verifying', 25);
    await progress.flush();
    progress.report('extracting', 40);
    await progress.flush();
    expect(written.flat().map(({ phase, percentage }) => [phase, percentage])).toEqual([
      ['downloading', 60],
      ['verifying', 60],
      ['extracting', 60],
    ]);
  });

  it('is written by itself after a while', async () => {
    const steps = await new Promise<readonly ProgressStep[]>((resolve) => {
      const progress = new ProgressWriter((some) => {
        resolve(some);
        return Promise.resolve();
      }, 1);
      progress.report('resolving', 5, 'a\0b');
    });
    expect(steps).toEqual([{ phase: 'resolving', percentage: 5, message: 'ab' }]);
  });

  it('goes on after a write that failed', async () => {
    let failing = true;
    const written: string[] = [];
    const progress = new ProgressWriter((steps) => {
      if (failing) return Promise.reject(new Error('away'));
      written.push(...steps.map(({ phase }) => phase));
      return Promise.resolve();
    }, NEVER_MS);
    progress.report('one', 1);
    await progress.flush();
    failing = false;
    progress.report('two', 2);
    await progress.flush();
    expect(written).toEqual(['two']);
  });
});
