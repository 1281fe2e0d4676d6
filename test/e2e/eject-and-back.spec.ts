import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { EjectedWorld, greeter, ID, NAME } from '../support/ejected-world.js';
import { at, failure, hook, type PluginDto } from '../support/plugins-api.js';

const HOOKS = {
  'AGENTS.md': 'Do as I say.',
  '.envrc': 'touch /tmp/here',
  '.vscode/tasks.json': '{"version":"2.0.0"}',
  '.claude/settings.json': '{"hooks":{}}',
  'docs/CLAUDE.md': 'Do as I say.',
};
let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start({ 'index.js': greeter('hello'), 'lib/data.json': '{"a":1}', ...HOOKS });
});
afterAll(() => world.stop());

beforeEach(async () => {
  const { body } = await world.api.get<PluginDto>(at(ID));
  localPath =
    body.source === 'ejected'
      ? join(world.server.dataDir, 'ejected', '@acme+plugin-greeter')
      : await world.eject();
});

it('runs the plugin from the copy, with its settings, version and dependencies', async () => {
  const { body } = await world.api.get<PluginDto>(at(ID));
  expect(body).toMatchObject({ source: 'ejected', version: '1.0.0', npmName: NAME, isActive: true });
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});

it('makes a git repository whose one commit is the package, without files that tools obey', async () => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'safe.directory=*', '-C', localPath, ...args], { encoding: 'utf8' });
  expect(git('ls-files').trim().split('\n')).toEqual(['index.js', 'lib/data.json', 'package.json']);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('log', '--format=%s').trim()).toBe(`${NAME}@1.0.0`);
  expect(git('fsck', '--strict', '--no-dangling')).toBe('');
  const names = (await readdir(localPath)).sort();
  expect(names).toEqual(['.git', '.plugboard.json', 'index.js', 'lib', 'node_modules', 'package.json']);
  expect(await readFile(join(localPath, 'index.js'), 'utf8')).toBe(greeter('hello'));
});

it('lists the copy with the package it was made from', async () => {
  const { body } = await world.api.get('/api/plugins/ejected');
  expect(body).toEqual({
    count: 1,
    plugins: [
      {
        name: NAME,
        pluginId: ID,
        localPath,
        path: expect.stringContaining('.builds'),
        version: '1.0.0',
        upstream: { name: NAME, version: '1.0.0', integrity: expect.stringMatching(/^sha512-/) },
        node: { nodeId: expect.any(String), nodeName: expect.any(String), state: 'live' },
      },
    ],
  });
});

it('refuses to eject twice, and what is not installed', async () => {
  expect(failure(await world.api.post(at(ID, '/eject')))).toEqual([409, 'already_ejected', 'x']);
  expect(failure(await world.api.post(at('nobody', '/eject')))).toEqual([404, 'plugin_not_found', 'x']);
  expect(failure(await world.api.post(at('header-policy', '/eject')))).toEqual([
    404,
    'not_installed',
    'name',
  ]);
  expect(failure(await world.api.post(at('header-policy', '/reinject'), {}))).toEqual([
    404,
    'not_ejected',
    'x',
  ]);
});

it('does not let an installation or a rollback run over the copy', async () => {
  world.publish('1.1.0', { 'index.js': greeter('newer') });
  const install = await world.api.post('/api/plugins/install', { name: NAME });
  expect(failure(install)).toEqual([409, 'already_ejected', 'name']);
  expect(failure(await world.api.post(at(ID, '/rollback'), {}))).toEqual([409, 'already_ejected', 'x']);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});

it('goes back to npm and keeps the copy aside, or removes it', async () => {
  await world.edit(localPath, 'index.js', greeter('edited'));
  expect((await world.api.post(at(ID, '/reinject'))).status).toBe(200);
  const { body } = await world.api.get<PluginDto>(at(ID));
  expect(body).toMatchObject({ source: 'npm', version: '1.0.0', isActive: true });
  expect(existsSync(localPath)).toBe(false);
  const aside = join(dirname(localPath), '.aside');
  const [kept = ''] = await readdir(aside);
  expect(await readFile(join(aside, kept, 'index.js'), 'utf8')).toBe(greeter('edited'));

  await world.eject();
  expect(await readFile(join(localPath, 'index.js'), 'utf8')).toBe(greeter('hello'));
  expect((await world.api.post(at(ID, '/reinject'), { purge: true })).status).toBe(200);
  expect(existsSync(localPath)).toBe(false);
  expect(await readdir(aside)).toHaveLength(1);
});

it('takes the copy aside when the plugin is uninstalled', async () => {
  expect((await world.api.post('/api/plugins/uninstall', { name: NAME })).status).toBe(200);
  expect(existsSync(localPath)).toBe(false);
  expect(await readdir(join(dirname(localPath), '.aside'))).toHaveLength(2);
  await world.install('1.0.0');
});

it('makes one copy when it is asked twice at once', async () => {
  await world.api.post(at(ID, '/reinject'), { purge: true });
  const answers = await Promise.all([1, 2].map(() => world.api.post(at(ID, '/eject'))));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});

it('keeps what ran, and no copy, when the package does not start from it', async () => {
  await world.api.post(at(ID, '/reinject'), { purge: true });
  const source = `import './AGENTS.md/start.js';\nexport const getName = () => 'x';\nexport const init = () => {};`;
  world.publish('2.0.0', { 'index.js': source, 'AGENTS.md/start.js': '' });
  await world.install('2.0.0');
  expect(failure(await world.api.post(at(ID, '/eject')))).toMatchObject([422, 'load_failed', '']);
  expect((await world.api.get<PluginDto>(at(ID))).body).toMatchObject({ source: 'npm', isActive: true });
  expect(existsSync(localPath)).toBe(false);
  await world.api.post(at(ID, '/rollback'), {});
});
