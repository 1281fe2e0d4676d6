import { describe, expect, it } from '@jest/globals';
import { Foresight } from './foresight.js';
import type { Placed } from './guest-spec.js';

const placed = (pluginId: string): Placed => ({ pluginId, slot: 1, path: `/${pluginId}`, roots: ['/'] });

/** Notes plugins; resolves with the first `count` that are acted on. */
function guesses(
  noted: string[],
  most: number,
  count: number,
  isBusy = (): boolean => false,
): Promise<string[]> {
  return new Promise((resolve) => {
    const acted: string[] = [];
    const act = ({ pluginId }: Placed): Promise<void> => {
      acted.push(pluginId);
      if (acted.length === count) resolve(acted);
      return Promise.resolve();
    };
    const foresight = new Foresight(most, 5, { isBusy, act });
    for (const pluginId of noted) foresight.note(placed(pluginId));
  });
}

describe('guessing what is started next', () => {
  it('takes the plugins that were changed last, each once', async () => {
    expect(await guesses(['a', 'b', 'c'], 1, 1)).toEqual(['c']);
    expect(await guesses(['a', 'b', 'a', 'c'], 2, 2)).toEqual(['a', 'c']);
  });

  it('waits until no more changes are made', async () => {
    let looks = 0;
    await guesses(['a'], 1, 1, () => ++looks < 3);
    expect(looks).toBe(3);
  });

  it('does nothing once it is stopped', async () => {
    const acted: string[] = [];
    const act = ({ pluginId }: Placed): Promise<void> => Promise.resolve(void acted.push(pluginId));
    const foresight = new Foresight(1, 0, { isBusy: () => false, act });
    foresight.note(placed('a'));
    await foresight.stop();
    await guesses(['b'], 1, 1);
    expect(acted).toEqual([]);
  });
});
