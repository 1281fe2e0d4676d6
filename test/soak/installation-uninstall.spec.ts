import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { at, failure, hook, type PluginDto } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';
const NOTHING = { versions: [], unfinished: [] };

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
  world.registry.publish(answerer('1.0.0'));
});
afterAll(() => world.close());
beforeEach(async () => {
  world.registry.interfere = () => false;
  await world.install({ name: NAME });
  await world.api.put(at('answerer'), { config: { TONE: 'warm', ANSWER_TOKEN: 'sk-very-secret-token' } });
});

const uninstall = (body: object = { name: NAME }): ReturnType<typeof world.api.post> =>
  world.api.post('/api/plugins/uninstall', body);
const settings = async (): Promise<unknown> => {
  await world.install({ name: NAME });
  return ((await hook(world.api, 'answerer')) as { config: unknown }).config;
};

it('removes a plugin and its files, and keeps its settings for a reinstall', async () => {
  const answer = await uninstall();
  expect(answer.body).toEqual({
    ok: true,
    requiresRestart: false,
    pluginName: NAME,
    message: `${NAME} uninstalled`,
  });
  expect((await world.api.get(at('answerer'))).status).toBe(404);
  expect(await world.directories()).toEqual(NOTHING);
  expect(await settings()).toMatchObject({ TONE: 'warm', ANSWER_TOKEN: 'sk-very-secret-token' });
});

it('forgets the settings when it is told to', async () => {
  await uninstall({ name: NAME, purge: true });
  expect(await settings()).not.toMatchObject({ TONE: 'warm' });
});

it('forgets settings that an earlier uninstallation kept', async () => {
  await uninstall();
  await world.install({ name: NAME });
  await uninstall({ name: NAME, purge: true });
  expect(await settings()).not.toHaveProperty('ANSWER_TOKEN');
});

it('needs no registry', async () => {
  world.registry.interfere = (request) => {
    request.socket.destroy();
    return true;
  };
  expect((await uninstall()).status).toBe(200);
  expect(await world.directories()).toEqual(NOTHING);
});

it('knows nothing of what is not installed', async () => {
  await uninstall();
  expect(failure(await uninstall())).toEqual([404, 'not_installed', 'name']);
  expect(failure(await uninstall({ name: 'pii-redactor' }))).toEqual([404, 'not_installed', 'name']);
});

it.each([
  ['package.json', '@acme/plugin-leaner', { dependencies: { [NAME]: '^1.0.0' } }, {}],
  ['package.json, as a peer', '@acme/plugin-peer', { peerDependencies: { [NAME]: '*' } }, {}],
  [
    'elizaos.plugin.json',
    '@acme/plugin-stater',
    {},
    { 'elizaos.plugin.json': JSON.stringify({ dependencies: [NAME] }) },
  ],
])('is refused while another plugin depends on it by its %s', async (_, name, manifest, files) => {
  world.registry.publish(answerer('1.0.0', { name, manifest, files }));
  expect((await world.install({ name })).status).toBe(200);
  for (const attempt of [() => uninstall(), () => world.api.delete(at('answerer'))]) {
    const refused = await attempt();
    expect(failure(refused).slice(0, 2)).toEqual([409, 'plugin_needed']);
    expect(refused.text).toContain(name);
  }
  expect((await world.api.get<PluginDto>(at('answerer'))).body).toMatchObject({ isActive: true });
  expect((await uninstall({ name, purge: true })).status).toBe(200);
  expect((await uninstall()).status).toBe(200);
});

it('is done in full, settings included, by deleting the plugin', async () => {
  expect((await world.api.delete(at('answerer'))).status).toBe(200);
  const { body } = await world.api.get<{ count: number }>('/api/plugins/installed');
  expect(body.count).toBe(0);
  expect(await settings()).not.toHaveProperty('ANSWER_TOKEN');
  expect((await world.directories()).versions).toHaveLength(1);
  const { body: plugin } = await world.api.get<PluginDto>(at('answerer'));
  expect(plugin).toMatchObject({ isActive: true, version: '1.0.0' });
});
