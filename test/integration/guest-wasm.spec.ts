import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GuestProcess } from '../support/guest-process.js';
import { fixture } from '../support/paths.js';
import { compileWasm } from '../support/wasm-fixtures.js';

let guest: GuestProcess;
afterEach(() => guest.kill());

const start = (entry: string, config: Record<string, unknown> = {}, flags: string[] = []): GuestProcess =>
  (guest = GuestProcess.start({ entry, config }, { readable: [dirname(entry)], flags }));

const mode = (kind: string): object => ({ context: {}, request: { mode: kind } });

async function failure(kind: string): Promise<string> {
  const result = await guest.hook('preLLMHook', mode(kind));
  return result.ok ? 'no failure' : result.message;
}

describe('a WebAssembly gateway plugin', () => {
  it('is named and typed by its exports, older names included', async () => {
    start(compileWasm('gateway'));
    expect(await guest.message('loaded')).toEqual({
      type: 'loaded',
      actualName: 'wasm-gateway ✓',
      description: null,
      types: ['llm', 'http'],
      hooks: ['httpTransportPreHook', 'preLLMHook', 'postLLMHook'],
      hasCheck: false,
    });
  });

  it('gets its settings and the members of each hook', async () => {
    start(compileWasm('gateway'), { level: 'ü' });
    await guest.message('ready');
    expect(await guest.hook('preLLMHook', { request: { mode: 'plain' } })).toMatchObject({
      ok: true,
      value: { calls: 1, config: { level: 'ü' }, input: { context: {}, request: { mode: 'plain' } } },
    });
    expect(await guest.hook('postLLMHook', { response: 1, error: { code: 2 } })).toMatchObject({
      value: { context: {}, response: 1, error: { code: 2 }, has_error: true },
    });
    const request = { method: 'POST', body: 'aGk=' };
    expect(await guest.hook('httpTransportPreHook', { request })).toMatchObject({
      value: { context: {}, request },
    });
  });

  it('is given the empty text when it has no settings, and 0 means unchanged', async () => {
    start(compileWasm('gateway'));
    await guest.message('ready');
    expect(await guest.hook('preLLMHook', mode('plain'))).toMatchObject({ value: { config: null } });
    expect(await guest.hook('preLLMHook', mode('nothing'))).toMatchObject({ ok: true, value: null });
    expect(await guest.stop()).toBe(0);
  });

  it('fails when init does not return 0', async () => {
    start(compileWasm('gateway'), { mode: 'refuse' });
    expect(await guest.message('failed')).toMatchObject({ message: 'init returned 7' });
  });

  it('may have an allocator that starts at address 0', async () => {
    start(compileWasm('zero-malloc', ['--initialMemory', '1']));
    expect(await guest.message('loaded')).toMatchObject({ actualName: null, hooks: ['preLLMHook'] });
    expect(await guest.hook('preLLMHook', { request: 4 })).toMatchObject({
      value: { context: {}, request: 4 },
    });
  });
});

describe('a WebAssembly plugin that goes wrong', () => {
  it.each([
    ['trap', 'pre_hook trapped: caused by: RuntimeError: unreachable'],
    ['outside', 'outside its memory'],
    ['garbage', 'returned text that is not JSON'],
  ])('%s is an error with a cause, and the next call runs on a fresh instance', async (kind, cause) => {
    start(compileWasm('gateway'), { level: 1 });
    await guest.message('ready');
    expect(await guest.hook('preLLMHook', mode('plain'))).toMatchObject({ value: { calls: 1 } });
    expect(await failure(kind)).toContain(cause);
    expect(await guest.hook('preLLMHook', mode('plain'))).toMatchObject({
      ok: true,
      value: { calls: 1, config: { level: 1 } },
    });
  });

  it('tells the text of an AssemblyScript abort', async () => {
    start(compileWasm('gateway', []));
    await guest.message('ready');
    expect(await failure('abort')).toMatch(/abort: no such model: Ünïcödé \(.*gateway\.ts:\d+:\d+\)/);
  });

  it('is given a fresh instance, initialised again, once its memory has grown past the limit', async () => {
    start(compileWasm('gateway'), { level: 1 });
    await guest.message('ready');
    expect(await guest.hook('preLLMHook', mode('grow'))).toMatchObject({ value: { calls: 1 } });
    expect((await guest.message('log')).line).toContain('had grown to 38 MiB');
    expect(await guest.hook('preLLMHook', mode('plain'))).toMatchObject({
      value: { calls: 1, config: { level: 1 } },
    });
  });

  it('cannot grow its memory past the cap', async () => {
    start(compileWasm('gateway'));
    await guest.message('ready');
    expect(await guest.hook('preLLMHook', mode('bomb'))).toMatchObject({ ok: true, value: { grown: -1 } });
  });

  it('is refused when it imports what is not offered', async () => {
    start(compileWasm('odd-import'));
    expect((await guest.message('failed')).message).toContain('the module imports env.read_secret');
  });

  it('is refused when it is no WebAssembly', async () => {
    start(fixture('plugins/not-wasm.wasm'));
    expect((await guest.message('failed')).message).toBe(
      'not-wasm.wasm is not WebAssembly: its first bytes are 6e6f7420',
    );
  });
});

describe('a module on WASI', () => {
  it('is started before anything else, without environment, and its output is captured', async () => {
    start(compileWasm('wasi-command'), {}, ['--allow-wasi']);
    expect(await guest.message('loaded')).toMatchObject({ actualName: 'started env=0' });
    expect(await guest.hook('preLLMHook')).toMatchObject({ ok: true, value: null });
    expect(await guest.stop()).toBe(0);
    expect(guest.stdout).toBe('from wasi\n');
  });

  it('is refused where the process may not use WASI', async () => {
    start(compileWasm('wasi-command'));
    expect((await guest.message('failed')).message).toContain('imports WASI, which this process may not use');
  });
});
