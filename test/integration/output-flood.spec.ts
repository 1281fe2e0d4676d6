import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

describe('a plugin that prints without measure', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open({ limits: { startMs: 30_000 } })));
  afterEach(() => world.close());

  it('prints 100 MB and starts; its log stays small and says what was dropped', async () => {
    await world.run(
      await world.plugin(`
      export const init = async () => {
        const line = 'x'.repeat(1023) + '\\n';
        for (let i = 0; i < 100; i += 1)
          await new Promise((written) => process.stdout.write(line.repeat(1024), written));
      };
      export const preLLMHook = () => 'alive';`),
    );
    expect((await world.runtime.callHook('subject', 'preLLMHook', {})).value).toBe('alive');
    expect(await world.neighbourAnswers()).toBe(true);
    await world.disable('subject', 2);
    const { logs } = world.runtime.actual('subject');
    expect(logs.length).toBeLessThanOrEqual(200);
    expect(logs.some((line) => /\d{5,} bytes of output dropped/.test(line))).toBe(true);
  });

  it('prints forever, and calls into others are answered', async () => {
    await world.run(
      await world.plugin(`
      const block = ('y'.repeat(99) + '\\n').repeat(1000);
      export const init = () => {
        const more = () => process.stderr.write(block, () => setImmediate(more));
        more();
      };
      export const preLLMHook = () => null;`),
    );
    for (let i = 0; i < 200; i += 1) expect(await world.neighbourAnswers()).toBe(true);
    await world.disable('subject', 2);
  });
});
