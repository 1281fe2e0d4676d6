import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerer, BROKEN, InstallationWorld } from '../support/installation-world.js';
import { at, failure, hook, type PluginDto } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';
interface Versions {
  versions: { version: string; current: boolean }[];
}

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open({ PLUGIN_KEEP_VERSIONS: '2' });
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) world.registry.publish(answerer(version));
  world.registry.publish(answerer('2.0.0', { files: { 'index.js': BROKEN } }));
  await world.install({ name: NAME, version: '1.0.0' });
});
afterAll(() => world.close());

const kept = async (): Promise<string[]> => {
  const { body } = await world.api.get<Versions>(at('answerer', '/versions'));
  return body.versions.map(({ version, current }) => (current ? `${version} current` : version));
};
const rollback = (body: object = {}): ReturnType<typeof world.api.post> =>
  world.api.post(at('answerer', '/rollback'), body);

it('updates a plugin under its settings', async () => {
  await world.api.put(at('answerer'), { config: { TONE: 'warm' } });
  expect((await world.install({ name: NAME, version: '1.1.0' })).status).toBe(200);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.1.0', config: { TONE: 'warm' } });
  expect(await kept()).toEqual(['1.1.0 current', '1.0.0']);
});

it('leaves the version before running when the new one fails, with nothing of it kept', async () => {
  const answer = await world.install({ name: NAME });
  expect(failure(answer).slice(0, 2)).toEqual([422, 'load_failed']);
  expect(answer.body.error.message).toContain('no luck');
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.1.0' });
  expect(await kept()).toEqual(['1.1.0 current', '1.0.0']);
  const { versions, unfinished } = await world.directories();
  expect([versions.length, unfinished]).toEqual([2, []]);
});

it('goes back to the version before, without the registry', async () => {
  const asked = world.registry.requests.length;
  expect((await rollback()).body).toMatchObject({ ok: true, message: `${NAME} is back at 1.0.0` });
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.0.0', config: { TONE: 'warm' } });
  expect(await kept()).toEqual(['1.1.0', '1.0.0 current']);
  expect(world.registry.requests.length).toBe(asked);
});

it('goes back to a version that is named, and to none that is not kept', async () => {
  expect((await rollback({ version: '1.1.0' })).status).toBe(200);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.1.0' });
  expect(failure(await rollback({ version: '1.2.0' }))).toEqual([404, 'version_not_kept', 'version']);
});

it('keeps as many versions as PLUGIN_KEEP_VERSIONS says, and no files of others', async () => {
  await world.install({ name: NAME, version: '1.2.0' });
  expect(await kept()).toEqual(['1.2.0 current', '1.1.0']);
  const { versions } = await world.directories();
  expect(versions.map((directory) => directory.replace(/-[0-9a-f]+$/, ''))).toEqual(['1.1.0', '1.2.0']);
});

it('leaves one that is off as it is, on an update and on the way back', async () => {
  await world.api.put(at('answerer'), { enabled: false });
  await world.install({ name: NAME, version: '1.1.0' });
  const { body } = await world.api.get<PluginDto>(at('answerer'));
  expect(body).toMatchObject({ enabled: false, isActive: false, version: '1.1.0' });
  expect((await rollback()).status).toBe(200);
  expect((await world.api.get(at('answerer'))).body).toMatchObject({ enabled: false, version: '1.2.0' });
  await world.install({ name: NAME, version: '1.2.0', enable: true });
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '1.2.0' });
});

it('knows no versions of what is not installed', async () => {
  expect(failure(await world.api.get(at('nobody', '/versions')))).toEqual([404, 'plugin_not_found', 'x']);
  const bundled = await world.api.get(at('pii-redactor', '/versions'));
  expect(failure(bundled).slice(0, 2)).toEqual([404, 'not_installed']);
});
