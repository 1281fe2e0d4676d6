import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const version = (answer: string, more = ''): string => `export const preLLMHook = () => '${answer}'; ${more}`;

describe('replacing a running plugin', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  async function answer(): Promise<unknown> {
    return (await world.runtime.callHook('subject', 'preLLMHook', {})).value;
  }

  it('keeps the old one when the new one does not start', async () => {
    await world.run(await world.plugin(version('old')));
    const { pid } = world.runtime.actual('subject');
    const broken = await world.plugin(
      version('new', `export const init = () => { throw new Error('no'); };`),
    );
    await failureOf(world.runtime.prepare(broken));
    expect(await answer()).toBe('old');
    expect(world.runtime.actual('subject')).toMatchObject({
      status: 'active',
      revision: 1,
      pid,
      restarts: 0,
    });
  });

  it('keeps the old one when the new one is discarded, and changes over when it is adopted', async () => {
    await world.run(await world.plugin(version('old')));
    const first = await world.runtime.prepare(await world.plugin(version('new')));
    expect(await answer()).toBe('old');
    await first.discard();
    expect(await answer()).toBe('old');
    const second = await world.runtime.prepare(await world.plugin(version('new')));
    await second.adopt(2);
    expect(await answer()).toBe('new');
    expect(world.runtime.actual('subject')).toMatchObject({ revision: 2 });
    expect((await world.leftovers()).length).toBe(4);
  });

  it('logs what the adopted one prints later on', async () => {
    await world.run(
      await world.plugin(`export const preLLMHook = () => { console.log('called'); return 1; };`),
    );
    await answer();
    const { logs } = world.runtime.actual('subject');
    await answer();
    expect([...logs, ...world.runtime.actual('subject').logs]).toContain('called');
  });
});
