import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

describe('a hook that loops forever', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open({ limits: { callMs: 300 } })));
  afterEach(() => world.close());

  it('is ended after the call limit, and the plugin is started again', async () => {
    await world.run(
      await world.plugin(`export const preLLMHook = (c, r) => { while (r.loop); return 'done'; };`),
    );
    const first = world.runtime.actual('subject').pid;
    const error = await failureOf(
      world.runtime.callHook('subject', 'preLLMHook', { request: { loop: true } }),
    );
    expect(error).toMatchObject({ code: 'hook_timed_out' });
    // Whoever is told so and sees the plugin active reaches the new process, not the dying one.
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'error', pid: null });
    expect(await world.neighbourAnswers()).toBe(true);
    const again = await world.until(
      'subject',
      ({ status, restarts }) => status === 'active' && restarts === 1,
    );
    expect(again.pid).not.toBe(first);
    expect(again.logs.join('\n')).toContain('did not answer preLLMHook within 300 ms');
    const { value } = await world.runtime.callHook('subject', 'preLLMHook', { request: {} });
    expect(value).toBe('done');
  });

  it('that only waits is ended just the same, and calls beside it are told', async () => {
    await world.run(await world.plugin('export const preLLMHook = () => new Promise(() => {});'));
    const call = (): Promise<Error> => failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    const errors = await Promise.all([call(), call()]);
    expect(errors[0]).toMatchObject({ code: 'hook_timed_out' });
    expect(['hook_timed_out', 'plugin_error']).toContain((errors[1] as Error & { code: string }).code);
    await world.until('subject', ({ status, restarts }) => status === 'active' && restarts === 1);
  });
});
