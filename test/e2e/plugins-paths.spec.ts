import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  failure,
  type Failed,
  hook,
  type PluginDto,
  PLUGINS,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The header of a 64-bit little-endian shared object, which is all that is looked at. */
const ELF = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0, 1, 0, 0, 0]),
  Buffer.alloc(40),
]);
const GO_PLUGIN = Buffer.concat([
  ELF,
  Buffer.from('\xff Go buildinf: go1.24 \0 go:plugin.tabs \0', 'latin1'),
]);

describe('where the code of a plugin may lie', () => {
  let server: TestServer;
  let api: Client;
  let outside: Awaited<ReturnType<typeof temporaryFolder>>;
  let secret: string;

  beforeAll(async () => {
    outside = await temporaryFolder();
    server = await TestServer.start();
    api = server.client();
    secret = join(outside.path, 'outside.mjs');
    await writeFile(secret, answering('from outside'));
    await server.plugin('a.mjs', answering('a'));
  });
  afterAll(async () => {
    await server.stop();
    await outside.remove();
  });

  const inFolder = (name: string): string => join(server.dataDir, 'custom', name);
  const put = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(inFolder(name)), { recursive: true });
    await writeFile(inFolder(name), content);
  };
  /** The refusal of a path, which must be the same for a plugin that is off and one that is on. */
  const refusal = async (path: string): Promise<[number, string, string]> => {
    const answers = [false, true].map((enabled) =>
      api.post<Failed>(PLUGINS, { name: 'refused', path, enabled }),
    );
    const [off, on] = await Promise.all(answers);
    if (!off || !on) throw new Error('two answers were expected');
    expect(failure(off)).toEqual(failure(on));
    expect((await api.get(at('refused'))).status).toBe(404);
    for (const { text } of [off, on]) expect(text).not.toContain(dirname(server.dataDir));
    return failure(off);
  };

  it('paths out of the plugin folders, however they are written', async () => {
    const custom = inFolder('');
    await symlink(secret, inFolder('link.mjs'));
    await symlink(outside.path, inFolder('linked'));
    const paths = [
      '../outside.mjs',
      '..',
      'sub/../../x.mjs',
      `${custom}../secrets-key`,
      '/etc/passwd',
      '/',
      secret,
      `${custom}evil/../../../etc/passwd`,
      'link.mjs',
      'linked/outside.mjs',
      'linked',
      join(server.dataDir, 'jwt-secret'),
      'file:///etc/passwd',
      `${server.dataDir}/custom-other/a.mjs`,
    ];
    for (const path of paths) {
      const [status, code] = await refusal(path);
      expect([path, status]).toEqual([path, 422]);
      expect(['path_outside_roots', 'path_not_found']).toContain(code);
    }
    expect(await refusal('link.mjs')).toEqual([422, 'path_outside_roots', 'path']);
    expect(await refusal('/etc/passwd')).toEqual(await refusal('/etc/nothing-there'));
  });

  it('what is not there, and folders that lead to nothing', async () => {
    await put('empty/readme.txt', 'nothing here');
    await put('pointing/package.json', JSON.stringify({ main: './gone.js' }));
    await put('climbing/package.json', JSON.stringify({ main: '../../../outside.mjs' }));
    await put('broken/package.json', '{"name":');
    expect(await refusal('missing.mjs')).toEqual([422, 'path_not_found', 'path']);
    for (const folder of ['empty', 'pointing', 'climbing', 'broken'])
      expect([folder, (await refusal(folder))[0]]).toEqual([folder, 422]);
  });

  it('native libraries, and files that are not what they are named', async () => {
    await put('native.so', ELF);
    await put('go.so', GO_PLUGIN);
    await put('disguised.mjs', ELF);
    await put('text.wasm', 'not WebAssembly');
    await put('notes.txt', 'hello');
    await put('typed.ts', 'export const x: number = 1;');
    for (const name of ['native.so', 'go.so', 'disguised.mjs', 'text.wasm', 'notes.txt', 'typed.ts'])
      expect([name, ...(await refusal(name))]).toEqual([name, 422, 'unsupported_artifact', 'path']);
    const { body } = await api.post<Failed>(PLUGINS, { name: 'go', path: 'go.so' });
    expect(body.error.message).toMatch(/buildmode=plugin.*WebAssembly/);
  });

  it('a file that becomes a link out of the folder later is not loaded any more', async () => {
    await put('swapped.mjs', answering('honest'));
    await api.post(PLUGINS, { name: 'swapped', path: 'swapped.mjs', enabled: true });
    await rm(inFolder('swapped.mjs'));
    await symlink(secret, inFolder('swapped.mjs'));
    const reload = await api.put(at('swapped'), { enabled: true });
    expect(failure(reload)).toEqual([422, 'path_outside_roots', 'path']);
    expect(failure(await api.put(at('swapped'), { config: { x: 1 } }))[1]).toBe('path_outside_roots');
    expect(await hook(api, 'swapped')).toMatchObject({ answer: 'honest' });
    const { body } = await api.post<{ ok: boolean; message: string }>(at('swapped', '/test'));
    expect(body.ok).toBe(false);
    expect((await api.put<Changed>(at('swapped'), { enabled: false })).body.plugin.enabled).toBe(false);
    expect(failure(await api.put(at('swapped'), { enabled: true }))[1]).toBe('path_outside_roots');
    expect((await api.get<PluginDto>(at('swapped'))).body).toMatchObject({ enabled: false, loadError: null });
  });

  it('a plugin whose file is gone can be switched off, also with its whole object sent back', async () => {
    await put('vanishing.mjs', answering('here'));
    await api.post(PLUGINS, { name: 'vanishing', path: 'vanishing.mjs', enabled: true });
    await rm(inFolder('vanishing.mjs'));
    const {
      enabled: _on,
      config: _none,
      checksum: _any,
      ...rest
    } = (await api.get<PluginDto>(at('vanishing'))).body;
    const off = await api.put<Changed>(at('vanishing'), { ...rest, enabled: false });
    expect([off.status, off.body.plugin.enabled]).toEqual([200, false]);
    expect((await api.delete(at('vanishing'))).status).toBe(200);
  });

  it('a checksum pins a local file, and another path is not held to it', async () => {
    await put('pinned.mjs', answering('pinned'));
    const digest = createHash('sha256')
      .update(await readFile(inFolder('pinned.mjs')))
      .digest('hex');
    const body = {
      name: 'pinned',
      path: 'pinned.mjs',
      checksum: `SHA256:${digest.toUpperCase()}`,
      enabled: true,
    };
    expect((await api.post<Changed>(PLUGINS, body)).body.plugin.checksum).toBe(digest);
    await put('pinned.mjs', answering('changed'));
    expect(failure(await api.put(at('pinned'), { enabled: true }))).toEqual([
      422,
      'checksum_mismatch',
      'checksum',
    ]);
    expect(await hook(api, 'pinned')).toMatchObject({ answer: 'pinned' });
    const moved = await api.put<Changed>(at('pinned'), { path: 'a.mjs' });
    expect(moved.body.plugin).toMatchObject({ path: 'a.mjs', checksum: null, isActive: true });
    expect(await hook(api, 'pinned')).toMatchObject({ answer: 'a' });
  });
});
