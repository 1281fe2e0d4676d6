import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

describe('a plugin that goes wrong in a hook', () => {
  let world: HazardServer;
  beforeAll(async () => (world = await HazardServer.open({ env: { GUEST_CALL_TIMEOUT: '1000' } })));
  afterAll(() => world.close());

  const active = (name: string): Promise<unknown> => world.until(name, ({ isActive }) => isActive);

  it.each([
    ['loops', 'for (;;);', 504, 'hook_timed_out', /within 1000 ms/],
    ['never-answers', 'return new Promise(() => {});', 504, 'hook_timed_out', /within 1000 ms/],
    ['throws', `throw new Error('bad request');`, 502, 'plugin_error', /bad request/],
    ['exits', 'process.exit(7);', 502, 'plugin_error', /exited with code 7/],
    ['returns-a-cycle', 'const a = {}; a.a = a; return a;', 502, 'plugin_error', /cycle/],
    ['returns-too-much', `return 'x'.repeat(9 * 2 ** 20);`, 502, 'plugin_error', /longer than/],
    ['throws-a-trap', `throw { get message() { throw 1 } };`, 502, 'plugin_error', /./],
  ])(
    '%s: the caller is told, and the next call is answered',
    async (name, ...[body, status, code, cause]) => {
      await world.tryPlugin(
        name,
        `export const preLLMHook = (ctx, req) => { if (req.fine) return 'fine'; ${body} };`,
      );
      const answer = await world.hook(name);
      expect(answer.status).toBe(status);
      expect(answer.body.error).toMatchObject({ code, message: expect.stringMatching(cause) });
      expect(await world.trouble()).toBeNull();
      await active(name);
      expect((await world.hook(name, { fine: true })).body).toMatchObject({ result: 'fine' });
      expect(await world.remove(name)).toEqual([]);
    },
  );

  it('one hook that loops does not hold up the calls of others', async () => {
    await world.tryPlugin('slow', 'export const preLLMHook = () => { for (;;); };');
    const looping = world.hook('slow');
    expect(await world.trouble()).toBeNull();
    expect((await looping).status).toBe(504);
    expect(await world.remove('slow')).toEqual([]);
  });

  it('answers with keys that would change prototypes are passed on as data', async () => {
    const source = `export const preLLMHook = () => JSON.parse('{"__proto__":{"admin":true},"constructor":1}');`;
    await world.tryPlugin('proto', source);
    const answer = await world.hook<{ result: object }>('proto');
    expect(answer.status).toBe(200);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(await world.trouble()).toBeNull();
    expect(await world.remove('proto')).toEqual([]);
  });
});
