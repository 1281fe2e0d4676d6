import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EjectedWorld, greeter, ID } from '../support/ejected-world.js';
import { at, failure, hook, type Failed } from '../support/plugins-api.js';

let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  localPath = await world.eject();
});
afterAll(() => world.stop());

const sync = () => world.api.post<Failed & { logs: string[] }>(at(ID, '/sync'), { builder: 'script' });

async function script(build: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(localPath, 'package.json'), 'utf8'));
  await world.edit(localPath, 'package.json', JSON.stringify({ ...manifest, scripts: { build } }));
}

it('needs a build script', async () => {
  expect(failure(await sync())).toEqual([422, 'build_failed', 'builder']);
});

it("runs the copy's own build script without the server's environment, and answers what it printed", async () => {
  await world.edit(
    localPath,
    'build.mjs',
    `
    import { writeFileSync } from 'node:fs';
    writeFileSync('index.js', ${JSON.stringify(greeter('scripted'))});
    console.log('variables: ' + Object.keys(process.env).sort().join());
  `,
  );
  await script('node build.mjs');
  const { status, body } = await sync();
  expect(status).toBe(200);
  const [line = ''] = body.logs;
  const variables = line.replace('variables: ', '').split(',');
  // The shell adds its own.
  expect(variables.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))).toEqual([
    'HOME',
    'PATH',
    'TMPDIR',
  ]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'scripted!' });
  expect(await readFile(join(localPath, 'index.js'), 'utf8')).toBe(greeter('hello'));
});

it('tells how it failed, and lets the version before run on', async () => {
  await script('echo almost && exit 3');
  const failed = await sync();
  expect(failure(failed)).toEqual([422, 'build_failed', 'builder']);
  expect(failed.body.validationErrors).toEqual([{ field: 'builder', message: 'almost' }]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'scripted!' });
});

it('is for callers who may install', async () => {
  const { body } = await world.api.post<{ key: string }>('/api/auth/virtual-keys', {
    name: 'writer',
    scopes: ['plugins:write'],
  });
  const writer = world.server.client(body.key);
  expect(failure(await writer.post(at(ID, '/sync'), { builder: 'script' }))).toEqual([
    403,
    'scope_missing',
    'builder',
  ]);
  expect((await writer.post(at(ID, '/sync'))).status).toBe(200);
});
