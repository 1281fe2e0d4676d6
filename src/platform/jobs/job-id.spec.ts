import { describe, expect, it } from '@jest/globals';
import { isJobId, newJobId } from './job-id.js';

describe('the id of a job', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    expect(newJobId(0x0123456789ab)).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is greater the later it is made', () => {
    expect(newJobId(2_000) > newJobId(1_999)).toBe(true);
  });

  it('is told from other texts', () => {
    expect([newJobId(), 'x', `${newJobId()}0`].map(isJobId)).toEqual([true, false, false]);
  });
});
