import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Hook, HOOKS } from '../../src/runtime/host/index.js';
import { patient } from '../support/patience.js';
import { failureOf, PluginWorld } from '../support/plugin-world.js';
import { compileWasm } from '../support/wasm-fixtures.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A type section with `() -> ()`, and one function of that type. */
const ONE_FUNCTION = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0];

/** Modules written byte by byte: no compiler would make them. */
const MODULES: [name: string, bytes: number[], cause: RegExp][] = [
  [
    'whose start function loops',
    [...ONE_FUNCTION, 8, 1, 0, 10, 9, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b],
    /did not load within \d+ ms/,
  ],
  ['that wants 4 GiB of memory to begin with', [5, 5, 1, 0, 0x80, 0x80, 0x04], /memory/i],
  [
    'that wants a table of ten million',
    [4, 7, 1, 0x70, 0, 0x80, 0xad, 0xe2, 0x04],
    /export its memory|out of memory/,
  ],
  ['that imports what nobody has', [2, 8, 1, 1, 0x65, 1, 0x66, 3, 0x7f, 0], /imports e\.f; offered are/],
  ['with a section longer than the file', [1, 0xff, 0xff, 0xff, 0x7f], /not a valid WebAssembly module/],
];

/** What each hook of the hostile module does, and what its caller is told. */
const HOOK_CAUSES: Partial<Record<Hook, RegExp>> = {
  httpTransportPreHook: /outside its memory/,
  httpTransportPostHook: /not JSON/,
  httpTransportStreamChunkHook: /outside its memory/,
  preLLMHook: /more than the \d+ that are passed on/,
  postLLMHook: /call stack/i,
};

describe('WebAssembly that breaks its interface', () => {
  let world: PluginWorld;
  beforeEach(async () => (world = await PluginWorld.open({ limits: { startMs: patient(1_500) } })));
  afterEach(() => world.close());

  it.each(MODULES)('a module %s is refused', async (_name, bytes, cause) => {
    const path = await world.write('bad.wasm', Buffer.from([...HEADER, ...bytes]));
    const error = await failureOf(world.runtime.prepare(world.spec('bad', path)));
    expect(error.message).toMatch(cause);
    expect(await world.neighbourAnswers()).toBe(true);
  });

  it('each hook that misbehaves is a cause for its caller, and the process lives on', async () => {
    const path = await world.write('hostile.wasm', await readFile(compileWasm('hostile')));
    await world.run(world.spec('hostile', path));
    const { pid } = world.runtime.actual('hostile');
    for (const hook of HOOKS) {
      const cause = HOOK_CAUSES[hook];
      if (!cause) continue;
      const error = await failureOf(world.runtime.callHook('hostile', hook, { request: {} }));
      expect(error).toMatchObject({ code: 'plugin_error', message: expect.stringMatching(cause) });
    }
    expect(world.runtime.actual('hostile')).toMatchObject({ status: 'active', pid, restarts: 0 });
  });

  it('an allocator that points outside is told from a trap', async () => {
    const path = await world.write('bad-malloc.wasm', await readFile(compileWasm('bad-malloc')));
    await world.run(world.spec('bad-malloc', path));
    const error = await failureOf(world.runtime.callHook('bad-malloc', 'preLLMHook', { request: {} }));
    expect(error.message).toMatch(/malloc\(\d+\) returned 4294967280, which has no room/);
  });

  it('a name that is no text keeps it from loading', async () => {
    const path = await world.write('bad-name.wasm', await readFile(compileWasm('bad-name')));
    const error = await failureOf(world.runtime.prepare(world.spec('bad-name', path)));
    expect(error.message).toMatch(/utf-8/i);
  });
});
