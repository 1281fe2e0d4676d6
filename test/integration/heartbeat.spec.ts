import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

describe('a plugin that loops outside of any call', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open({ limits: { heartbeatMs: 100 } })));
  afterEach(() => world.close());

  it('misses its heartbeats, is ended and started again', async () => {
    await world.run(
      await world.plugin(`export const init = () => setTimeout(() => { for (;;); }, 10);
      export const preLLMHook = () => null;`),
    );
    const hung = await world.until('subject', ({ status }) => status === 'error');
    expect(hung.error).toBe('hung (no sign of life for 300 ms)');
    expect(await world.neighbourAnswers()).toBe(true);
    await world.until('subject', ({ status, restarts }) => status === 'active' && restarts === 1);
  });
});
