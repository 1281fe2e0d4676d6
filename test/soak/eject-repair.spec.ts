import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execute } from '../support/database.js';
import { EjectedWorld, greeter, ID } from '../support/ejected-world.js';
import { eventually } from '../support/eventually.js';
import { at, failure, hook, type PluginDto } from '../support/plugins-api.js';

/** Works until it is asked for the hook, which breaks it for good. */
const FRAGILE = `
import { existsSync, writeFileSync } from 'node:fs';
if (existsSync('broken')) throw new Error('has broken');
export const getName = () => 'Greeter';
export const init = () => {};
export const preLLMHook = () => { writeFileSync('broken', ''); process.exit(1); };
`;
let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  world.registry
    .publish({ name: 'mark', version: '1.0.0', files: { 'index.js': "exports.mark = '?';" } })
    .publish({ name: 'marker', version: '1.0.0', manifest: { dependencies: { mark: '1.0.0' } } });
});
afterAll(() => world.stop());

const status = async (): Promise<PluginDto> => (await world.api.get<PluginDto>(at(ID))).body;
const builds = (): string => join(world.server.dataDir, 'ejected', '.builds');
const again = async (): Promise<void> => {
  for (const enabled of [false, true]) await world.api.put(at(ID), { enabled });
};

it('has what runs again when its folder is lost', async () => {
  localPath = await world.eject();
  await world.edit(localPath, 'index.js', greeter('edited'));
  expect((await world.api.post(at(ID, '/sync'))).status).toBe(200);
  await world.edit(localPath, 'index.js', greeter('half typed'));
  await rm(builds(), { recursive: true });
  await again();
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
});

it('tells the way out when that is lost too', async () => {
  await rm(builds(), { recursive: true });
  await rm(join(world.server.dataDir, 'artifacts'), { recursive: true });
  await execute(world.databaseUrl, 'delete from shared_file');
  await world.api.put(at(ID), { enabled: false });
  const refused = await world.api.put(at(ID), { enabled: true });
  expect(failure(refused)).toEqual([422, 'path_not_found', 'path']);
  expect(refused.text).toMatch(/Sync the plugin to build it again/);
  expect((await world.api.post(at(ID, '/sync'))).status).toBe(200);
  await world.api.put(at(ID), { enabled: true });
  expect(await hook(world.api, ID)).toMatchObject({ text: 'half typed!' });

  await rm(localPath, { recursive: true });
  const gone = await world.api.post(at(ID, '/sync'));
  expect(failure(gone)).toEqual([404, 'not_ejected', 'x']);
  expect(gone.text).toContain('reinject');
  expect((await world.api.post(at(ID, '/reinject'))).status).toBe(200);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'hello!' });
});

it('finds what the installed package finds although it does not name it', async () => {
  const source = greeter('found')
    .replace("'punctuation'", "'mark'")
    .replace('punctuation }', 'mark as punctuation }');
  world.publish('1.1.0', { 'index.js': source }, { dependencies: { marker: '1.0.0' } });
  await world.install('1.1.0');
  localPath = await world.eject();
  expect(await hook(world.api, ID)).toMatchObject({ text: 'found?' });
  await world.api.post(at(ID, '/reinject'), { purge: true });
});

it('has what the package brings along in the copy, to be edited', async () => {
  const inner = (text: string): string => `exports.punctuation = '${text}';`;
  const brought = {
    'node_modules/inner/index.js': inner('…'),
    'node_modules/inner/package.json': '{"name":"inner","version":"1.0.0"}',
  };
  world.publish(
    '1.2.0',
    { 'index.js': greeter('brought').replace("'punctuation'", "'inner'"), ...brought },
    { dependencies: { inner: '1.0.0', punctuation: '1.0.0' }, bundledDependencies: ['inner'] },
  );
  await world.install('1.2.0');
  localPath = await world.eject();
  expect(await hook(world.api, ID)).toMatchObject({ text: 'brought…' });
  expect(await readFile(join(localPath, 'node_modules/inner/index.js'), 'utf8')).toBe(inner('…'));
  await world.edit(localPath, 'node_modules/inner/index.js', inner('.'));
  expect((await world.api.post(at(ID, '/sync'))).status).toBe(200);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'brought.' });
  await world.api.post(at(ID, '/reinject'), { purge: true });
});

it('ejects what does not load, for repair', async () => {
  world.publish('2.0.0', { 'index.js': FRAGILE });
  await world.install('2.0.0');
  await world.api.post(at(ID, '/hooks/preLLMHook'), { request: {} });
  await eventually(async () => expect((await status()).status.status).toBe('error'));
  const answer = await world.api.post<{ localPath: string; message: string }>(at(ID, '/eject'));
  expect(answer).toMatchObject({ status: 200, body: { message: expect.stringContaining('edit the copy') } });
  const broken = { status: 'error', logs: expect.arrayContaining([expect.stringContaining('has broken')]) };
  await eventually(async () => expect(await status()).toMatchObject({ source: 'ejected', status: broken }));

  await world.edit(answer.body.localPath, 'index.js', greeter('mended'));
  expect((await world.api.post(at(ID, '/sync'))).status).toBe(200);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'mended!' });
});
