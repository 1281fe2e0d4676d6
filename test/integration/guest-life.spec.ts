import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const SOURCE = `
export const getName = () => 'Greeter';
export async function init(config) { console.log('hello ' + config.KEY); }
export const preLLMHook = (ctx, req) => ({ ...req, env: process.env });
export const healthCheck = () => ({ ok: true, message: 'fine' });
`;

describe('the life of a plugin', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it('starts, answers hooks, and is stopped with its process', async () => {
    const spec = await world.plugin(SOURCE, { config: { KEY: 'sk-secret' }, secrets: ['sk-secret'] });
    const candidate = await world.runtime.prepare(spec);
    expect(world.runtime.actual('subject').status).toBe('unloaded');
    expect(candidate).toMatchObject({
      actualName: 'Greeter',
      hooks: ['preLLMHook'],
      types: ['llm'],
      hasCheck: true,
    });
    await candidate.adopt(7);
    const actual = world.runtime.actual('subject');
    expect(actual).toMatchObject({ status: 'active', revision: 7, error: null, restarts: 0 });
    expect(actual.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(actual.logs[0]).toBe('plugin subject initialized successfully');
    expect(actual.logs.join('\n')).toContain('hello ****');
    const { value, durationMs } = await world.runtime.callHook('subject', 'preLLMHook', {
      request: { a: 1 },
    });
    expect(value).toMatchObject({ a: 1 });
    expect(durationMs).toBeGreaterThan(0);
    await world.disable('subject', 2);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'disabled', pid: null, revision: 2 });
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('loads a plugin that is not configured without initialising it', async () => {
    await world.run(await world.plugin(SOURCE, { configured: false }));
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'uninitialized', actualName: 'Greeter' });
    const error = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(error).toMatchObject({ code: 'plugin_not_active' });
  });

  it('names the hooks there are when another one is called', async () => {
    await world.run(await world.plugin(SOURCE));
    const error = await failureOf(world.runtime.callHook('subject', 'postMCPHook', {}));
    expect(error).toMatchObject({ code: 'hook_not_found', message: expect.stringContaining('preLLMHook') });
  });

  it('passes on the cause of a hook that fails, and the plugin runs on', async () => {
    await world.run(await world.plugin(`export const preLLMHook = () => { throw new Error('no credit'); }`));
    const error = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(error).toMatchObject({ code: 'plugin_error', message: expect.stringContaining('no credit') });
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', restarts: 0 });
  });

  it('tries a plugin in a process of its own, its own check included', async () => {
    const result = await world.runtime.trial(await world.plugin(SOURCE));
    expect(result).toMatchObject({ ok: true });
    expect(result.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['load', true],
      ['init', true],
      ['check', true],
    ]);
    const failing = await world.plugin(SOURCE.replace('ok: true', 'ok: false'));
    const failed = await world.runtime.trial(failing);
    expect(failed.checks.at(-1)).toMatchObject({
      name: 'check',
      ok: false,
      message: expect.stringContaining('fine'),
    });
    expect(failed.ok).toBe(false);
    expect(world.runtime.actual('subject').status).toBe('unloaded');
  });
});
