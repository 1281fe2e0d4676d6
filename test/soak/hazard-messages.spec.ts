import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

/** Each writes straight into the channel's descriptor, past the guest program. */
const GARBAGE: [string, string][] = [
  ['bytes', `fs.writeSync(3, Buffer.from([0, 255, 254, 10, 13, 10]))`],
  ['array', `fs.writeSync(3, '[1,2,3]\\n')`],
  ['huge-line', `(() => { const b = Buffer.alloc(65536, 97); for (;;) fs.writeSync(3, b); })()`],
  [
    'deep',
    `fs.writeSync(3, '{"type":"result","id":1,"ok":true,"value":' + '['.repeat(1e5) + ']'.repeat(1e5) + '}\\n')`,
  ],
  ['second-loaded', `fs.writeSync(3, '{"type":"loaded","actualName":"another","types":[],"hooks":[]}\\n')`],
  ['stopped', `fs.writeSync(3, '{"type":"stopped"}\\n')`],
];

describe('a plugin that talks to the host itself', () => {
  let world: HazardServer;
  beforeAll(async () => (world = await HazardServer.open()));
  afterAll(() => world.close());

  it.each(GARBAGE)('%s: it is ended, and runs again', async (name, attack) => {
    const source = `import fs from 'node:fs';
      export const preLLMHook = (ctx, req) => req.fine ? 'fine' : ${attack};`;
    await world.tryPlugin(name, source);
    const answer = await world.hook(name);
    expect(answer.status).toBe(502);
    expect(answer.body.error.message).toContain('sent a malformed message');
    expect(await world.trouble()).toBeNull();
    await world.until(name, ({ isActive }) => isActive);
    expect((await world.hook<{ result: string }>(name, { fine: true })).body.result).toBe('fine');
    expect(await world.remove(name)).toEqual([]);
  });

  it('a forged result answers only its own call', async () => {
    const source = `import fs from 'node:fs';
      export const preLLMHook = () => {
        for (let id = 0; id < 50; id += 1)
          fs.writeSync(3, JSON.stringify({ type: 'result', id, ok: true, value: { __proto__: null, forged: true } }) + '\\n');
        return 'own';
      };`;
    await world.tryPlugin('forger', source);
    expect((await world.hook('forger')).status).toBe(200);
    expect(await world.trouble()).toBeNull();
    expect((await world.view('forger')).status.status).toBe('active');
    expect(await world.remove('forger')).toEqual([]);
  });

  it('control characters and markup in what it says reach no log as they are', async () => {
    const source = `export const getName = () => 'a\\u0000b\\u001b[31m';
      export const init = () => console.log('x\\u0000y\\u001b[2Jz');
      export const preLLMHook = () => null;`;
    await world.tryPlugin('teletype', source);
    const view = await world.view('teletype');
    expect(JSON.stringify(view)).not.toMatch(/\\u0000|\\u001b/);
    expect(await world.remove('teletype')).toEqual([]);
  });
});
