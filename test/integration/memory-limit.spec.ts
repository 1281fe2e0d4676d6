import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

/** A busy machine takes seconds to fill what is small memory; that is no hanging. */
const LIMITS = { heapMb: 32, memoryMb: 128, callMs: 25_000, heartbeatMs: 10_000 };

describe('a plugin that allocates without end', () => {
  let world: PluginWorld;
  beforeAll(async () => (world = await PluginWorld.open({ limits: LIMITS })));
  afterAll(() => world.close());

  async function causeOf(loop: string): Promise<string> {
    const spec = await world.plugin(`const all = []; export const preLLMHook = () => { for (;;) ${loop} };`);
    await world.run(spec);
    return (await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}))).message;
  }

  it('dies of its heap limit, and nobody else does', async () => {
    const cause = await causeOf('all.push(Array.from({ length: 1000 }, (_, i) => ({ i })));');
    expect(cause).toMatch(/it ran out of memory \(heap limit 32 MiB, GUEST_HEAP_MB\)$/);
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('dies of its heap limit while it starts', async () => {
    const spec = await world.plugin(`const all = [];
      export const init = () => { for (;;) all.push(Array.from({ length: 1000 }, (_, i) => ({ i }))); };
      export const preLLMHook = () => null;`);
    const error = await failureOf(world.runtime.prepare(spec));
    expect(error.message).toBe('ran out of memory (heap limit 32 MiB, GUEST_HEAP_MB)');
  });

  it.each([
    ['buffers that it fills', 'all.push(Buffer.alloc(8 * 2 ** 20, 1));'],
    ['buffers that it only reserves', 'all.push(new ArrayBuffer(64 * 2 ** 20));'],
    ['WebAssembly memory', 'all.push(new WebAssembly.Memory({ initial: 1_000 }));'],
  ])('gets no more than its memory limit: %s', async (_name, loop) => {
    expect(await causeOf(loop)).toMatch(/ran out of memory \(limit 128 MiB, GUEST_MEMORY_MB\)/);
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('may use what its limit says, whatever this Node reserves for itself', async () => {
    const spec = await world.plugin(
      `export const preLLMHook = () => Buffer.alloc(100 * 2 ** 20, 1).length / 2 ** 20;`,
    );
    await world.run(spec);
    expect(await world.runtime.callHook('subject', 'preLLMHook', {})).toMatchObject({ value: 100 });
  });
});
