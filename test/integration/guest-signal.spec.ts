import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';

const CAN_DISABLE = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1');

describe('SIGUSR1, which opens the inspector of Node', () => {
  let world: PluginWorld;
  beforeAll(async () => (world = await PluginWorld.open()));
  afterAll(() => world.close());

  (CAN_DISABLE ? it : it.skip)('opens none in a plugin', async () => {
    await world.run(
      await world.plugin(`import inspector from 'node:inspector';
        export const preLLMHook = () => { console.log('asked'); return inspector.url() ?? 'none'; };`),
    );
    const { pid } = world.runtime.actual('subject');
    process.kill(pid ?? 0, 'SIGUSR1');
    // The signal has been there before the calls are.
    for (let calls = 0; calls < 3; calls += 1)
      expect(await world.runtime.callHook('subject', 'preLLMHook', {})).toMatchObject({ value: 'none' });
    const { logs, restarts } = world.runtime.actual('subject');
    expect(logs.join('\n')).not.toMatch(/Debugger listening/);
    expect(restarts).toBe(0);
  });
});
