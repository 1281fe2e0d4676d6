import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

describe('a plugin that crashes again and again', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  const CRASHING = `export const init = () => void setTimeout(() => { throw new Error('wheel came off'); }, 20);
    export const preLLMHook = () => null;`;

  it('is quarantined with its cause, until it is changed', async () => {
    const spec = await world.plugin(CRASHING);
    await world.run(spec);
    const end = await world.until('subject', ({ logs }) => logs.at(-1)?.includes('quarantined') ?? false);
    const { status, error, pid, restarts } = world.runtime.actual('subject');
    expect({ status, pid, restarts }).toEqual({ status: 'error', pid: null, restarts: 2 });
    expect(error).toContain('wheel came off');
    expect(end.logs.filter((line) => line.includes('next start in')).length).toBe(2);
    expect(await world.neighbourAnswers()).toBe(true);
    await world.run(await world.plugin(`export const preLLMHook = () => 'mended';`), 2);
    expect(world.runtime.actual('subject')).toMatchObject({
      status: 'active',
      revision: 2,
      restarts: 0,
      error: null,
    });
  });

  it('is not started again once it is stopped', async () => {
    await world.run(await world.plugin(CRASHING));
    await world.until('subject', ({ status }) => status === 'error');
    await world.disable('subject', 2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'disabled', pid: null });
    expect((await world.leftovers()).length).toBe(2);
  });
});
