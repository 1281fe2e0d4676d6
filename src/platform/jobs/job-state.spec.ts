import { describe, expect, it } from '@jest/globals';
import { canBecome, isFinal, JOB_STATES } from './job-state.js';

describe('the life of a job', () => {
  it('ends where a job has succeeded, failed or was cancelled', () => {
    expect(JOB_STATES.filter(isFinal)).toEqual(['succeeded', 'failed', 'cancelled']);
  });

  it('never leaves a final state', () => {
    for (const from of JOB_STATES.filter(isFinal))
      for (const to of JOB_STATES) expect(canBecome(from, to)).toBe(false);
  });

  it('lets a queued job run, be cancelled or be given up, but not succeed', () => {
    expect(JOB_STATES.filter((to) => canBecome('queued', to))).toEqual(['running', 'failed', 'cancelled']);
  });

  it('lets a running job end, wait for its next attempt, or go on elsewhere', () => {
    expect(JOB_STATES.filter((to) => canBecome('running', to))).toEqual([...JOB_STATES]);
  });
});
