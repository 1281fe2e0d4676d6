import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { at, failure, hook, type PluginDto } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
  const { registry } = world;
  registry.publish(answerer('1.0.0')).publish(answerer('1.4.2')).publish(answerer('2.0.0'));
  registry.publish(answerer('3.0.0-beta.1', { tag: 'beta' }));
  registry.publish(answerer('1.0.0', { name: 'plugin-quiet' }));
  for (const name of ['@pub/plugin-updates', '@other/updates', 'core'])
    registry.publish(answerer('1.0.0', { name }));
  registry.publish(
    answerer('1.0.0', {
      name: 'plugin-needy',
      manifest: {
        agentConfig: { pluginParameters: { KEY: { type: 'string', description: 'A key', required: true } } },
      },
    }),
  );
  registry.publish(
    answerer('1.0.0', { name: 'plugin-scripted', manifest: { scripts: { postinstall: 'touch ../../ran' } } }),
  );
});
afterAll(() => world.close());

it('tells what it would do, and does nothing', async () => {
  const { status, body } = await world.install({ name: NAME, version: '1', dryRun: true });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ok: true,
    name: NAME,
    version: '1.4.2',
    installedVersion: null,
    dependencies: [{ name: NAME, version: '1.4.2' }],
    trust: { signature: 'unsigned' },
  });
  expect((await world.api.get(at('answerer'))).status).toBe(404);
  expect(await world.directories()).toEqual({ versions: [], unfinished: [] });
});

it('installs a package and has it running with its parameters', async () => {
  const { status, body } = await world.install({ name: NAME });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ok: true,
    requiresRestart: false,
    pluginName: NAME,
    plugin: { id: 'answerer', name: 'Answerer', version: '2.0.0' },
    message: `${NAME}@2.0.0 installed`,
  });
  expect(body.plugin.installPath).toContain(world.server.dataDir);
  const plugin = (await world.api.get<PluginDto>(at('answerer'))).body;
  expect(plugin).toMatchObject({
    npmName: NAME,
    version: '2.0.0',
    description: 'Answers.',
    source: 'npm',
    enabled: true,
    isActive: true,
    loadError: null,
  });
  expect(plugin.parameters.map(({ key }) => key).sort()).toEqual(['ANSWER_TOKEN', 'TONE']);
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: '2.0.0' });
});

it('lists it among the installed packages, with its evidence', async () => {
  const { body } = await world.api.get('/api/plugins/installed');
  expect(body).toMatchObject({
    count: 1,
    plugins: [{ name: NAME, pluginId: 'answerer', version: '2.0.0', current: true, trust: { scripts: [] } }],
  });
});

it.each([
  ['a range', '^1.0.0', '1.4.2'],
  ['an exact version', '1.0.0', '1.0.0'],
  ['a dist-tag', 'beta', '3.0.0-beta.1'],
])('takes %s', async (_, wanted, version) => {
  const { body } = await world.install({ name: NAME, version: wanted });
  expect(body).toMatchObject({ plugin: { id: 'answerer', version } });
  expect(await hook(world.api, 'answerer')).toMatchObject({ answer: version });
});

it('tells which of them is behind the registry', async () => {
  await world.install({ name: NAME, version: '1.0.0' });
  const { body } = await world.api.get('/api/plugins/updates');
  expect(body).toEqual({
    count: 1,
    updates: [{ name: NAME, pluginId: 'answerer', version: '1.0.0', newest: '2.0.0', major: true }],
    unknown: {},
  });
});

it('leaves one off that is not to be enabled, though it was tried', async () => {
  const { body } = await world.install({ name: 'plugin-quiet', enable: false });
  expect(body).toMatchObject({ ok: true, plugin: { id: 'quiet' } });
  expect((await world.api.get(at('quiet'))).body).toMatchObject({ enabled: false, isActive: false });
});

it('installs one that lacks a required setting, loaded and idle', async () => {
  expect((await world.install({ name: 'plugin-needy' })).status).toBe(200);
  expect((await world.api.get(at('needy'))).body).toMatchObject({
    configured: false,
    enabled: true,
    validationErrors: [{ field: 'config.KEY' }],
  });
});

it('runs no install script, and says so', async () => {
  await world.install({ name: 'plugin-scripted' });
  const { body } = await world.api.get('/api/plugins/scripted/versions');
  expect(body).toMatchObject({
    versions: [
      {
        trust: {
          scripts: [{ package: 'plugin-scripted@1.0.0', script: 'postinstall', command: 'touch ../../ran' }],
        },
      },
    ],
  });
  expect((await world.directories()).unfinished).toEqual([]);
});

it('answers the same to the same Idempotency-Key', async () => {
  const body = { name: NAME, version: '1.4.2' };
  const headers = { 'idempotency-key': 'install-once' };
  const first = await world.install(body, headers);
  const second = await world.install(body, headers);
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
});

it.each([
  ['an unknown package', { name: 'plugin-nowhere' }, [404, 'package_not_found', 'name']],
  ['an unknown version', { name: NAME, version: '9.9.9' }, [404, 'version_not_found', 'version']],
  ['a name that npm does not accept', { name: '../evil' }, [400, 'package_name_invalid', 'name']],
  ['a name that is a flag', { name: '--global' }, [400, 'package_name_invalid', 'name']],
  [
    'a version that is an address',
    { name: NAME, version: 'git+https://a/b' },
    [400, 'package_version_invalid', 'version'],
  ],
  ['no name', {}, [400, 'field_invalid', 'name']],
])('refuses %s', async (_, body, expected) => {
  expect(failure(await world.install(body))).toEqual(expected);
});

it('asks for the scope to install', async () => {
  const { body } = await world.api.post<{ key: string }>('/api/auth/virtual-keys', {
    name: 'writer',
    scopes: ['plugins:read', 'plugins:write'],
  });
  const writer = world.server.client(body.key);
  for (const path of ['install', 'uninstall', 'answerer/rollback'])
    expect((await writer.post(`/api/plugins/${path}`, { name: NAME })).status).toBe(403);
  expect((await writer.get('/api/plugins/installed')).status).toBe(200);
});

it('exchanges the code of an installed plugin by installation alone', async () => {
  const path = await world.server.plugin('other.mjs', 'export const getName = () => "x";');
  expect(failure(await world.api.put(at('answerer'), { path }))).toEqual([409, 'plugin_installed', 'path']);
});

it('says that the registry is down', async () => {
  world.registry.interfere = (request) => {
    request.socket.destroy();
    return true;
  };
  const answer = await world.install({ name: NAME });
  world.registry.interfere = () => false;
  expect([answer.status, answer.body.error.code]).toEqual([502, 'registry_unreachable']);
});

it('gives a package whose short name is that of a route another name', async () => {
  const packages = [
    ['@pub/plugin-updates', 'plugin-updates'],
    ['@other/updates', '@other/updates'],
    ['core', 'plugin-core'],
  ] as const;
  for (const [name, id] of packages) {
    const { status, body } = await world.install({ name });
    expect([status, body.plugin.id]).toEqual([200, id]);
  }
  for (const [name, id] of packages) {
    for (const address of [id, name].filter((segment) => segment !== 'core'))
      expect((await world.api.get<PluginDto>(at(address))).body.npmName).toBe(name);
    expect((await world.api.put(at(id), { enabled: false })).status).toBe(200);
    expect((await world.api.post('/api/plugins/uninstall', { name })).status).toBe(200);
  }
});

it('tells agent consoles where a package is and what sets it up', async () => {
  await world.install({ name: NAME });
  const { body } = await world.api.get<{ plugins: { name: string; path: string; installPath: string }[] }>(
    '/api/plugins/installed',
  );
  const installed = body.plugins.find(({ name }) => name === NAME);
  expect(installed?.installPath).toBe(installed?.path);
  expect((await world.api.get<PluginDto>(at('answerer'))).body.envKey).toBe('ANSWER_TOKEN');
  await world.install({ name: 'plugin-quiet' });
});
