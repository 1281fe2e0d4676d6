import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

const ELF = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0];
const WASM = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One function that is `unreachable`, run at the start. */
const TRAPS = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 0x0b];

describe('files that are no plugin, over HTTP', () => {
  let world: HazardServer;
  beforeAll(async () => (world = await HazardServer.open()));
  afterAll(() => world.close());

  async function file(name: string, bytes: number[] | string): Promise<string> {
    const path = join(world.server.dataDir, 'custom', name);
    await writeFile(path, typeof bytes === 'string' ? bytes : Buffer.from(bytes));
    return path;
  }

  it.each([
    ['a native library', 'plugin.so', ELF, /native library.*WebAssembly \(\.wasm\).*JavaScript/],
    [
      'a Go plugin',
      'go.so',
      `\x7fELF Go build ID: go:plugin.tabs`,
      /-buildmode=plugin.*WebAssembly.*JavaScript/,
    ],
    ['text named .wasm', 'text.wasm', 'hello', /not WebAssembly/],
    ['an empty file named .wasm', 'empty.wasm', '', /not WebAssembly/],
    ['TypeScript', 'plugin.ts', 'export {}', /compile it/],
  ])(
    '%s is not even registered, and the answer says what would be right',
    async (_name, name, bytes, cause) => {
      const answer = await world.create('no-plugin', '', await file(name, bytes));
      expect(answer.status).toBe(422);
      expect(answer.body.error).toMatchObject({
        code: 'unsupported_artifact',
        message: expect.stringMatching(cause),
      });
      expect((await world.api.get('/api/plugins/no-plugin')).status).toBe(404);
      expect(await world.trouble()).toBeNull();
    },
  );

  it.each([
    ['traps at its start', 'traps.wasm', [...WASM, ...TRAPS], /unreachable/],
    ['only begins like a module', 'broken.wasm', [...WASM, 0xff, 0xff], /not a valid WebAssembly module/],
    ['exports nothing of a plugin', 'empty-module.wasm', WASM, /does not export its memory/],
    ['is no JavaScript', 'text.mjs', 'this is not a program', /^SyntaxError: .*\.mjs:1:6\)/],
    ['exports nothing', 'nothing.mjs', '', /exports nothing, which is no plugin/],
  ])('one that %s does not start, and leaves nothing', async (_name, name, bytes, cause) => {
    expect((await world.create('bad', '', await file(name, bytes))).status).toBe(201);
    const answer = await world.enable('bad');
    expect(answer.status).toBe(422);
    expect(answer.body.error.message).toMatch(cause);
    expect(await world.trouble()).toBeNull();
    expect(await world.remove('bad')).toEqual([]);
  });
});
