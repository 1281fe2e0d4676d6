import { describe, expect, it } from '@jest/globals';
import { oneSlipAway, slipsBetween } from './spelling.js';

describe('spelling', () => {
  it('knows every word one slip away, and no other', () => {
    const slips = oneSlipAway('discrod');
    for (const word of ['discord', 'disrod', 'discrood', 'discrop', 'xdiscrod', 'discrods'])
      expect(slips).toContain(word);
    expect(slips).not.toContain('discrod');
    expect(slips).not.toContain('discords');
    expect(slips.every((word) => slipsBetween(word, 'discrod') === 1)).toBe(true);
  });

  it('counts the slips between two words', () => {
    expect(slipsBetween('telegram', 'telegram')).toBe(0);
    expect(slipsBetween('telegram', 'telegarm')).toBe(1);
    expect(slipsBetween('antrophic', 'anthropic')).toBe(2);
    expect(slipsBetween('kitten', 'sitting')).toBe(3);
    expect(slipsBetween('', 'abc')).toBe(3);
  });
});
