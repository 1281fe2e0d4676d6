import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

describe('a plugin that allocates without end', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('dies of its heap limit, and nobody else does', async () => {
    const spec = await world.plugin(`const all = [];
      export const init = () => { for (;;) all.push(Array.from({ length: 1000 }, (_, i) => ({ i }))); };
      export const preLLMHook = () => null;`);
    const error = await failureOf(world.runtime.prepare(spec));
    expect(error.message).toBe('ran out of memory (heap limit 32 MiB)');
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('dies of its memory limit when it fills buffers outside the heap', async () => {
    const spec = await world.plugin(`const all = [];
      export const preLLMHook = () => { for (;;) all.push(Buffer.alloc(8 * 2 ** 20, 1)); };`);
    await world.run(spec);
    const error = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(error.message).toMatch(/ran out of memory|allocation failed/i);
    expect(await world.neighbourAnswers()).toBe(true);
  });
});
