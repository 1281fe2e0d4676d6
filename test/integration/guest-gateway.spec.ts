import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';

let guest: GuestProcess;
afterEach(() => guest.kill());

async function start(file: string, config: Record<string, unknown> = {}): Promise<void> {
  guest = GuestProcess.start({ entry: fixture(`plugins/${file}`), config });
  await guest.message('ready');
}

describe('a gateway plugin in its guest', () => {
  it('is named and typed by its exports', async () => {
    await start('gateway-basic.mjs');
    expect(await guest.message('loaded')).toMatchObject({
      actualName: 'gateway-basic',
      types: ['llm', 'mcp', 'http'],
      hooks: [
        'httpTransportPostHook',
        'httpTransportStreamChunkHook',
        'preLLMHook',
        'postLLMHook',
        'preMCPHook',
      ],
      hasCheck: true,
    });
  });

  it('gets the arguments of each hook in the order of the gateway', async () => {
    await start('gateway-basic.mjs', { level: 3 });
    const payload = { context: { id: 'c' }, request: 'req', response: 'res', chunk: 'chunk' };
    const value = async (hook: string, more: object = {}): Promise<unknown> =>
      await guest.hook(hook, { ...payload, ...more });
    expect(await value('preLLMHook')).toMatchObject({
      value: { settings: { level: 3 }, ctx: { id: 'c' }, req: 'req' },
    });
    expect(await value('postLLMHook')).toMatchObject({ value: [{ id: 'c' }, 'res', null] });
    expect(await value('postLLMHook', { error: { code: 1 } })).toMatchObject({
      value: [{ id: 'c' }, 'res', { code: 1 }],
    });
    expect(await value('preMCPHook')).toMatchObject({ value: [{ id: 'c' }, 'req'] });
    expect(await value('httpTransportPostHook')).toMatchObject({ value: [{ id: 'c' }, 'req', 'res'] });
    expect(await value('httpTransportStreamChunkHook')).toMatchObject({
      value: [{ id: 'c' }, 'req', 'chunk'],
    });
  });

  it('reports a test of its own that says no', async () => {
    await start('gateway-basic.mjs');
    expect(await guest.check()).toMatchObject({ ok: false, message: 'upstream unreachable' });
  });

  it('answers a ping and refuses a hook it does not have', async () => {
    await start('gateway-basic.mjs');
    guest.send({ type: 'ping', id: 5 });
    expect(await guest.message('pong')).toEqual({ type: 'pong', id: 5 });
    expect(await guest.hook('postMCPHook')).toMatchObject({
      ok: false,
      message: 'the plugin has no hook postMCPHook',
    });
  });

  it('cleans up on stop', async () => {
    await start('gateway-basic.mjs');
    expect(await guest.stop()).toBe(0);
    expect(guest.stdout).toBe('cleaned up\n');
  });

  it('may use the Go spelling in CommonJS', async () => {
    await start('gateway-go.cjs');
    expect(await guest.message('loaded')).toMatchObject({
      actualName: 'GoSpelling',
      types: ['llm', 'http'],
      hooks: ['httpTransportPreHook', 'preLLMHook'],
    });
    expect(await guest.hook('preLLMHook')).toMatchObject({ ok: true, value: null });
    expect(await guest.hook('httpTransportPreHook', { request: { path: '/' } })).toMatchObject({
      value: { path: '/' },
    });
  });

  it('may use the old names, as methods of its default export', async () => {
    await start('gateway-old.mjs');
    expect(await guest.message('loaded')).toMatchObject({
      actualName: null,
      hooks: ['preLLMHook', 'postLLMHook'],
    });
    expect(await guest.hook('preLLMHook')).toMatchObject({ value: 'hello' });
  });
});

describe('answers that JSON cannot carry', () => {
  it.each([
    ['bigint', 'returned a bigint in "n", which JSON cannot carry'],
    ['function', 'returned a function, which JSON cannot carry'],
    ['cycle', 'returned a value that contains itself (a cycle)'],
    ['huge', 'the answer is longer than 8388608 bytes'],
    ['toJson', 'toJSON threw'],
    ['throws nothing', 'undefined'],
    ['throws hostile', 'an error that cannot be read'],
  ])('%s is an error that names the problem, and the next call works', async (kind, message) => {
    await start('hostile-values.mjs');
    const result = await guest.hook('preLLMHook', { request: { kind } });
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? '' : result.message).toContain(message);
    expect(await guest.hook('preLLMHook', { request: { kind: 'fine' } })).toMatchObject({ value: 'fine' });
  });
});
