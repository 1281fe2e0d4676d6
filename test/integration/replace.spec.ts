import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
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

  const SLOW = `export const preLLMHook = async (c, { ms }) => {
    console.log('called');
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'old';
  };`;

  /** Calls the slow plugin; resolves once the call is under way. */
  async function called(ms: number): Promise<{ answer: Promise<unknown> }> {
    const answer = world.runtime
      .callHook('subject', 'preLLMHook', { request: { ms } })
      .catch((error: unknown) => error);
    await eventually(() => expect(world.runtime.actual('subject').logs).toContain('called'));
    return { answer };
  }

  it('lets calls under way come to their end, while new ones go to the new one', async () => {
    await world.run(await world.plugin(SLOW));
    const { answer: before } = await called(1_000);
    const adopted = world.run(await world.plugin(version('new')), 2);
    await world.until('subject', ({ revision }) => revision === 2);
    expect(await answer()).toBe('new');
    expect(await before).toMatchObject({ value: 'old' });
    await adopted;
    expect((await world.leftovers()).length).toBe(4);
  });

  it('lets calls under way come to their end where the plugin is turned off, and takes no more', async () => {
    await world.run(await world.plugin(SLOW));
    const { answer: before } = await called(1_000);
    const disabled = world.disable('subject', 2);
    await eventually(() => expect(world.runtime.actual('subject').pid).toBeNull());
    expect(await failureOf(answer())).toMatchObject({ code: 'plugin_not_active' });
    expect(await before).toMatchObject({ value: 'old' });
    await disabled;
  });

  it('ends calls that never end by their own limit', async () => {
    await world.close();
    world = await PluginWorld.open({ limits: { callMs: 500 } });
    await world.run(await world.plugin(SLOW));
    const { answer: before } = await called(60_000);
    await world.run(await world.plugin(version('new')), 2);
    expect(await before).toMatchObject({ code: 'hook_timed_out' });
    expect((await world.leftovers()).length).toBe(4);
  });

  it('does not have the end of the server wait for calls for long', async () => {
    await world.close();
    world = await PluginWorld.open({ limits: { callMs: 60_000 } });
    await world.run(await world.plugin(SLOW));
    const { answer: retired } = await called(60_000);
    const adopted = world.run(await world.plugin(SLOW), 2);
    await world.until('subject', ({ revision }) => revision === 2);
    const { answer: live } = await called(60_000);
    await world.runtime.stopAll();
    await adopted;
    for (const before of [retired, live]) expect(await before).toMatchObject({ code: 'plugin_error' });
  }, 20_000);

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
