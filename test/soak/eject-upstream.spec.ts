import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EjectedWorld, greeter, ID, NAME } from '../support/ejected-world.js';
import { at, hook, type Failed, type PluginDto } from '../support/plugins-api.js';

let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  localPath = await world.eject();
});
afterAll(() => world.stop());

const sync = () => world.api.post<Failed>(at(ID, '/sync'), { upstream: true });
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'safe.directory=*', '-C', localPath, ...args], { encoding: 'utf8' }).trim();
const source = (): Promise<string> => readFile(join(localPath, 'index.js'), 'utf8');
const versions = (): Promise<string[]> =>
  readdir(join(world.server.dataDir, 'packages', 'versions', '@acme+plugin-greeter'));

it('merges a newer version into the local edits', async () => {
  await world.edit(localPath, 'index.js', greeter('mine'));
  await world.edit(localPath, 'added.js', 'export {};');
  world.publish('1.1.0', { 'index.js': greeter('hello').replace("'one'", "'two'"), 'new.txt': 'new' });
  expect(await sync()).toMatchObject({ status: 200, body: { message: expect.stringContaining('1.1.0') } });
  expect(await hook(world.api, ID)).toEqual({ text: 'mine!', tail: 'two' });
  expect((await world.api.get<PluginDto>(at(ID))).body).toMatchObject({
    source: 'ejected',
    version: '1.1.0',
  });
  expect(git('ls-files').split('\n')).toEqual(['added.js', 'index.js', 'new.txt', 'package.json']);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '--format=%s', '--first-parent').split('\n')).toEqual([
    `Merge ${NAME}@1.1.0`,
    'Local edits',
    `${NAME}@1.0.0`,
  ]);
});

it('does nothing but build when nothing is newer', async () => {
  const before = git('rev-parse', 'HEAD');
  expect((await sync()).status).toBe(200);
  expect(git('rev-parse', 'HEAD')).toBe(before);
});

it('reports files that clash and leaves nothing half merged', async () => {
  const mine = greeter('mine').replace("'one'", "'mine'");
  await world.edit(localPath, 'index.js', mine);
  world.publish('1.2.0', { 'index.js': greeter('theirs').replace("'one'", "'three'"), 'new.txt': 'new' });
  const failed = await sync();
  expect(failed).toMatchObject({ status: 409, body: { error: { code: 'sync_conflict' } } });
  expect(failed.body.validationErrors).toEqual([
    { field: 'index.js', message: expect.stringContaining('1.2.0') },
  ]);
  expect(await source()).toBe(mine);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '-1', '--format=%s', 'upstream')).toBe(`${NAME}@1.1.0`);
  expect(await hook(world.api, ID)).toEqual({ text: 'mine!', tail: 'two' });
  expect(await versions()).toHaveLength(2);
});

it('leaves copy and running code alone when the merge does not start', async () => {
  world.publish('1.3.0', { 'index.js': 'throw new Error("broken");', 'new.txt': 'newer' });
  await world.edit(localPath, 'index.js', greeter('hello').replace("'one'", "'two'"));
  expect(await sync()).toMatchObject({ status: 422, body: { error: { code: 'load_failed' } } });
  expect(await readFile(join(localPath, 'new.txt'), 'utf8')).toBe('new');
  expect(await hook(world.api, ID)).toEqual({ text: 'mine!', tail: 'two' });
  expect((await world.api.get<PluginDto>(at(ID))).body).toMatchObject({ version: '1.1.0', isActive: true });
});

it('goes back to the npm version that was merged', async () => {
  expect((await world.api.post(at(ID, '/reinject'))).status).toBe(200);
  expect(await hook(world.api, ID)).toEqual({ text: 'hello!', tail: 'two' });
});
