import { describe, expect, it } from '@jest/globals';
import { editDistance } from '../../../../platform/edit-distance.js';
import { oneSlipAway } from './spelling.js';

describe('spelling', () => {
  it('knows every word one slip away, and no other', () => {
    const slips = oneSlipAway('discrod');
    for (const word of ['discord', 'disrod', 'discrood', 'discrop', 'xdiscrod', 'discrods'])
      expect(slips).toContain(word);
    expect(slips).not.toContain('discrod');
    expect(slips).not.toContain('discords');
    expect(slips.every((word) => editDistance(word, 'discrod', 1) === 1)).toBe(true);
  });
});
