import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const NEVER_READY = 'await new Promise(() => setInterval(() => {}, 1000));';

describe('stopping everything', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('ends starts and trials that are under way, and refuses new ones', async () => {
    const spec = await world.plugin(NEVER_READY);
    const starting = failureOf(world.runtime.prepare(spec));
    const trial = world.runtime.trial({ ...spec, pluginId: 'tried' });
    // A process and its record each: the neighbour's, the candidate's, the trial's.
    while ((await world.leftovers()).length < 6) await new Promise(setImmediate);
    await world.runtime.stopAll();
    expect((await starting).message).toBe('was stopped by the server');
    expect((await trial).ok).toBe(false);
    expect(await world.leftovers()).toEqual([]);
    expect(await failureOf(world.runtime.prepare(spec))).toMatchObject({ code: 'shutting_down' });
  });

  it('does not bring up a candidate that is adopted too late', async () => {
    const candidate = await world.runtime.prepare(await world.plugin('export const preLLMHook = () => 1;'));
    await world.runtime.stopAll();
    await candidate.adopt(1);
    expect(await world.leftovers()).toEqual([]);
  });

  it('ends a plugin that does not want to stop', async () => {
    await world.run(
      await world.plugin('export const preLLMHook = () => 1; export const cleanup = () => { for (;;); };'),
    );
    await world.disable('subject', 2);
    expect((await world.leftovers()).length).toBe(2);
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('gives a deleted plugin’s folder up', async () => {
    await world.run(await world.plugin('export const preLLMHook = () => 1;'));
    await world.runtime.stop('subject', 'deleted');
    expect(world.runtime.pluginIds()).toEqual(['neighbour']);
    expect(world.runtime.actual('subject').status).toBe('unloaded');
  });
});
