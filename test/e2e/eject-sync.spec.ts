import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EjectedWorld, greeter, ID } from '../support/ejected-world.js';
import { at, failure, hook, type Failed, type PluginDto } from '../support/plugins-api.js';

let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  localPath = await world.eject();
});
afterAll(() => world.stop());

const sync = (body?: object) => world.api.post<Failed>(at(ID, '/sync'), body);

it('runs what was edited, once it is told to', async () => {
  await world.edit(localPath, 'index.js', greeter('edited'));
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
  expect(await sync()).toMatchObject({ status: 200, body: { ok: true, requiresRestart: false, logs: [] } });
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
});

it('lets the version before run on when the copy does not start, and leaves no build of it', async () => {
  await world.edit(localPath, 'index.js', 'export const getName = (;');
  expect(await sync({})).toMatchObject({ status: 422, body: { error: { code: 'load_failed' } } });
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
  expect(await readdir(join(localPath, '..', '.builds', '@acme+plugin-greeter'))).toHaveLength(1);
});

it('runs what was synced last, not what is half edited, after a restart of the plugin', async () => {
  for (const enabled of [false, true]) expect((await world.api.put(at(ID), { enabled })).status).toBe(200);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
});

it('bundles TypeScript where nothing is built, and says where it does not compile', async () => {
  await rm(join(localPath, 'index.js'));
  await world.edit(
    localPath,
    'package.json',
    JSON.stringify({ name: 'x', type: 'module', main: 'dist/index.js' }),
  );
  await world.edit(localPath, 'text.ts', 'export const text: string = "typed";');
  const source = `import { text } from './text.js';\n${greeter('').replace("''", 'text')}`;
  await world.edit(localPath, 'index.ts', source.replace('word + ', '(text as string) + '));
  expect((await sync()).status).toBe(200);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'typed!' });
  expect(await readFile(join(localPath, 'package.json'), 'utf8')).toContain('dist/index.js');

  await world.edit(localPath, 'text.ts', 'export const text: = ;');
  const failed = await sync();
  expect(failure(failed)).toMatchObject([422, 'build_failed', '']);
  expect(failed.body.validationErrors).toEqual([{ field: 'text.ts:1', message: expect.any(String) }]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'typed!' });
});

it('bundles no file from outside of the copy', async () => {
  const secret = join(world.server.dataDir, 'secret.json');
  await writeFile(secret, '"of the server"');
  await world.edit(localPath, 'text.ts', `import text from '../../secret.json';\nexport { text };`);
  const failed = await sync();
  expect(failure(failed)).toMatchObject([422, 'build_failed', '']);
  expect(failed.text).not.toContain('of the server');
  expect(await hook(world.api, ID)).toMatchObject({ text: 'typed!' });
});

it('refuses to build what is not ejected', async () => {
  expect(failure(await world.api.post(at('header-policy', '/sync')))).toEqual([404, 'not_ejected', 'x']);
  expect((await world.api.get<PluginDto>(at(ID))).body).toMatchObject({ source: 'ejected', isActive: true });
});
