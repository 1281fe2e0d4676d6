import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

/** Each writes straight into the channel's descriptor, past the guest program. */
const ATTACKS: Record<string, string> = {
  'no JSON': `fs.writeSync(3, 'hello\\n')`,
  'an unknown kind': `fs.writeSync(3, '{"type":"reboot"}\\n')`,
  'a second start': `fs.writeSync(3, '{"type":"ready","initialised":true}\\n')`,
  'a line without end': `(() => { const b = Buffer.alloc(65536, 97); for (;;) fs.writeSync(3, b); })()`,
  'a hundred thousand levels': `fs.writeSync(3, '{"type":"result","id":1,"ok":true,"value":' + '['.repeat(1e5) + ']'.repeat(1e5) + '}\\n')`,
  'more values than are read': `(() => {
    const bytes = Buffer.from('{"type":"result","id":99,"ok":true,"value":[' + '0,'.repeat(3e5) + '0]}\\n');
    for (let at = 0; at < bytes.length;) try { at += fs.writeSync(3, bytes, at); } catch {}
  })()`,
};

describe('a plugin that sends malformed messages', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(() => world.close());

  it.each(Object.entries(ATTACKS))('%s: it is ended with that cause', async (_name, attack) => {
    await world.run(
      await world.plugin(`import fs from 'node:fs'; export const preLLMHook = () => ${attack};`),
    );
    const error = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(error.message).toContain('sent a malformed message');
    const restarted = await world.until(
      'subject',
      ({ status, restarts }) => status === 'active' && restarts === 1,
    );
    expect(restarted.logs.join('\n')).toContain('sent a malformed message');
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('answers that nobody asked for are ignored', async () => {
    await world.run(
      await world.plugin(`import fs from 'node:fs';
      export const preLLMHook = () => { fs.writeSync(3, '{"type":"result","id":99,"ok":true,"value":1}\\n'); return 'mine'; };`),
    );
    expect((await world.runtime.callHook('subject', 'preLLMHook', {})).value).toBe('mine');
    expect(world.runtime.actual('subject').restarts).toBe(0);
  });

  it('an answer of too many values is no answer, and no reason to end it', async () => {
    await world.run(await world.plugin(`export const preLLMHook = () => Array(3e5).fill(0);`));
    const error = await failureOf(world.runtime.callHook('subject', 'preLLMHook', {}));
    expect(error.message).toContain('the answer has more than 200000 values');
    expect(world.runtime.actual('subject').restarts).toBe(0);
  });

  it('a long text may hold what separates values', async () => {
    await world.run(await world.plugin(`export const preLLMHook = () => '[{,\\\\"'.repeat(2e5);`));
    expect((await world.runtime.callHook('subject', 'preLLMHook', {})).value).toHaveLength(1e6);
  });

  it('a flood of well-formed ones is rationed', async () => {
    await world.run(
      await world.plugin(`import fs from 'node:fs';
      const block = '{"type":"pong","id":1}\\n'.repeat(1000);
      export const preLLMHook = () => {
        const more = () => fs.write(3, block, () => setImmediate(more));
        more();
        return null;
      };`),
    );
    const answer = await world.runtime.callHook('subject', 'preLLMHook', {});
    expect(answer.value).toBeNull();
    for (let i = 0; i < 200; i += 1) expect(await world.neighbourAnswers()).toBe(true);
    await world.disable('subject', 2);
  });
});
