import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

/** How a start can go wrong, and what the server must say to it. */
const BAD_STARTS: [name: string, init: string, cause: RegExp][] = [
  ['throws', `() => { throw new Error('no such account') }`, /no such account/],
  ['rejects', `async () => { throw new Error('no such account') }`, /no such account/],
  ['throws-null', `() => { throw null }`, /null/],
  ['never-returns', `() => new Promise(() => setInterval(() => {}, 1000))`, /did not finish its init within/],
  ['waits-for-nothing', `() => new Promise(() => {})`, /did not finish its init within|exited/],
  ['loops', `() => { for (;;); }`, /did not finish its init within/],
  ['exits', `() => process.exit(0)`, /exited with code 0/],
  ['aborts', `() => process.abort()`, /SIGABRT/],
  ['throws-later', `() => new Promise(() => setTimeout(() => { throw new Error('later') }))`, /later/],
];

describe('a plugin that does not start', () => {
  let world: HazardServer;
  beforeAll(async () => (world = await HazardServer.open({ env: { GUEST_START_TIMEOUT: '1000' } })));
  afterAll(() => world.close());

  it.each(BAD_STARTS)('%s: it is refused with its cause, and nothing is left', async (name, init, cause) => {
    const answer = await world.tryPlugin(
      name,
      `export const init = ${init}; export const preLLMHook = () => null;`,
    );
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatchObject({ code: 'load_failed', message: expect.stringMatching(cause) });
    expect(await world.view(name)).toMatchObject({ enabled: false, isActive: false });
    expect(await world.trouble()).toBeNull();
    expect(await world.remove(name)).toEqual([]);
  });

  it('keeps what it prints to itself: 100 MB before it fails', async () => {
    const source = `
      const block = Buffer.alloc(2 ** 20, 'x'.repeat(99) + '\\n');
      for (let i = 0; i < 100; i += 1) process.stdout.write(block);
      export const init = () => { throw new Error('after all that'); };
      export const preLLMHook = () => null;`;
    const answer = await world.tryPlugin('loud', source);
    expect(answer.body.error.message).toMatch(/after all that|did not (load|finish its init) within/);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(20_000);
    expect(await world.trouble()).toBeNull();
    expect(await world.remove('loud')).toEqual([]);
  });

  it('an update that does not start leaves the one before running', async () => {
    const good = `export const preLLMHook = () => 'first';`;
    await world.tryPlugin('updated', good);
    const bad = await world.server.plugin('updated-2.mjs', `throw new Error('second');`);
    const answer = await world.api.put('/api/plugins/updated', { path: bad });
    expect(answer.status).toBe(422);
    expect((await world.hook<{ result: string }>('updated')).body.result).toBe('first');
    expect(await world.remove('updated')).toEqual([]);
  });
});
