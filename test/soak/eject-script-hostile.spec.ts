import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EjectedWorld, ID } from '../support/ejected-world.js';
import { at, type Failed, hook } from '../support/plugins-api.js';
import { processesIn } from '../support/plugin-world.js';

/** As an ordinary user the server cannot end what has left its process group. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

let world: EjectedWorld;
let localPath: string;
let builds: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  localPath = await world.eject();
  builds = join(localPath, '..', '.builds');
});
afterAll(() => world.stop());

async function build(command: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(localPath, 'package.json'), 'utf8')) as object;
  const changed = { ...manifest, scripts: { build: command } };
  await world.edit(localPath, 'package.json', JSON.stringify(changed));
  const { status, text } = await world.api.post<Failed>(at(ID, '/sync'), { builder: 'script' });
  expect([status, text]).toEqual([200, expect.any(String)]);
}

asRoot('a build is over when its script is, whatever that has left running', async () => {
  await build('setsid sleep 300 & setsid sleep 300 >/dev/null 2>&1 & sleep 0.1');
  expect(await processesIn(builds)).toEqual([]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});

asRoot('nobody but the server writes in what was built, and plugins can read it', async () => {
  await build('chmod -R 777 . && chmod 600 index.js');
  const files = await readdir(builds, { recursive: true, withFileTypes: true });
  const open = [];
  for (const { parentPath, name } of files) {
    const { mode, uid } = await stat(join(parentPath, name)).catch(() => ({ mode: 0, uid: 0 }));
    if ((mode & 0o022) !== 0 || uid !== 0) open.push(name);
  }
  expect(open).toEqual([]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});
