import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GuestSpec } from '../../src/runtime/host/index.js';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

const KEY = 'sk-live-0123456789';
const HOOK = 'export const preLLMHook = () => 1;';

describe('a secret in what a plugin says', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  /** A plugin that knows the key as `cfg.KEY`. */
  const plugin = (source: string, init = ''): Promise<GuestSpec> =>
    world.plugin(`let cfg; export const init = (given) => { cfg = given; ${init} }; ${source}`, {
      config: { KEY },
      secrets: [KEY],
    });

  it.each([
    ['an object', `({ ok: true, message: 'connected with ' + cfg.KEY })`],
    ['a text', `'connected with ' + cfg.KEY`],
    ['an unhealthy status', `({ status: 'unhealthy', error: 'connected with ' + cfg.KEY })`],
  ])('is masked where a check returns %s', async (_what, answer) => {
    const spec = await plugin(`${HOOK} export const healthCheck = () => ${answer};`);
    const { checks } = await world.runtime.trial(spec);
    expect(checks.at(-1)).toMatchObject({ name: 'check', message: 'connected with ****' });
  });

  it('is not shown in part where an error is long', async () => {
    const long = (at: number): string => `'x'.repeat(${at}) + cfg.KEY`;
    const broken = await plugin(HOOK, `throw new Error(${long(3_984)});`);
    const refused = await failureOf(world.runtime.prepare(broken));
    expect(refused.message).toMatch(/^x+\*{4}( \(\S*)?$/);
    const failing = `export const preLLMHook = () => { throw new Error(${long(3_990)}); };`;
    await world.run(await plugin(failing));
    const failed = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(failed.message).toMatch(/^x+\*{4}( \(\S*)?$/);
  });

  it('is not shown in part where a check returns a long text', async () => {
    const spec = await plugin(`${HOOK} export const healthCheck = () => 'x'.repeat(1_990) + cfg.KEY;`);
    const { checks } = await world.runtime.trial(spec);
    expect(checks.at(-1)?.message).toMatch(/^x+\*{4}$/);
  });
});
