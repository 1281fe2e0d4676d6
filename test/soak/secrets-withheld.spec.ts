import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packed, sha256 } from '../support/artifact-world.js';
import type { Client } from '../support/http.js';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, type Changed, hook, type PluginDto, PLUGINS, until } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';
const SECRET = 'sk-very-secret-token';
const SCOPES = ['plugins:read', 'plugins:write', 'plugins:install', 'registry:read'];

let world: InstallationWorld;
let origin: Origin;
/** May install, and may not see secrets. */
let installer: Client;

const withheld = ({ validationWarnings }: PluginDto): string[] =>
  validationWarnings.map(({ field }) => field);
const given = async (id: string): Promise<object> =>
  ((await hook(world.api, id)) as { config: object }).config;
const connect = async (name: string): Promise<void> => {
  const asked = { name, scopes: SCOPES };
  const { key } = (await world.api.post<{ key: string }>('/api/auth/virtual-keys', asked)).body;
  installer = world.server.client(key);
};
const install = async (client: Client, body: object): Promise<PluginDto> => {
  expect((await client.post(`${PLUGINS}/install`, { name: NAME, ...body })).status).toBe(200);
  return (await client.get<PluginDto>(at('answerer'))).body;
};
const uninstall = (): Promise<unknown> => installer.post(`${PLUGINS}/uninstall`, { name: NAME });

beforeAll(async () => {
  origin = await httpOrigin((_request, response) => response.end(packed('published')));
  world = await InstallationWorld.open({ OUTBOUND_ALLOW: '127.0.0.1' });
  world.registry.publish(answerer('1.0.0')).publish(answerer('1.1.0'));
  await connect('installer');
});
afterAll(async () => {
  await world.close();
  await origin.close();
});

describe('stored secrets', () => {
  it('go to another version of the package, and not to a package of the same name from elsewhere', async () => {
    await install(installer, { version: '1.0.0' });
    await world.api.put(at('answerer'), { config: { ANSWER_TOKEN: SECRET } });
    expect(withheld(await install(installer, { version: '1.1.0' }))).toEqual([]);
    expect(await given('answerer')).toMatchObject({ ANSWER_TOKEN: SECRET });

    await uninstall();
    const published = await world.api.post<{ id: string }>('/api/v1/plugins', {
      ...{ name: NAME, version: '2.0.0', pluginType: 'gateway', pluginRuntime: 'node' },
      ...{ artifactUrl: `${origin.url}/2.tgz`, checksum: `sha256:${sha256(packed('published'))}` },
    });
    const record = `/api/v1/plugins/${published.body.id}`;
    await until(world.server, record, ({ text }) => text.includes('"verified"'));
    const taken = await install(installer, { source: 'artifact' });
    expect(taken).toMatchObject({ source: 'artifact', configured: false });
    expect(withheld(taken)).toEqual(['config.ANSWER_TOKEN']);

    await uninstall();
    expect(await install(world.api, {})).toMatchObject({ source: 'artifact', configured: false });
    const confirmed = await world.api.put(at('answerer'), { config: { ANSWER_TOKEN: '****' } });
    expect(confirmed.body).toMatchObject({ plugin: { configured: true } });
    expect(await given('answerer')).toMatchObject({ ANSWER_TOKEN: SECRET });
  });

  it('stay withheld after a restart, and are on record as such', async () => {
    for (const name of ['own.mjs', 'other.mjs']) await world.server.plugin(name, answering(name));
    const body = { name: 'lasting', path: 'own.mjs', enabled: true, config: { api_key: SECRET } };
    expect((await world.api.post(PLUGINS, body)).status).toBe(201);
    await installer.put(at('lasting'), { path: 'other.mjs' });
    const { text } = await world.api.get('/api/audit?target=lasting');
    expect(text).toContain('"withheld":["api_key"]');
    await world.server.end('SIGTERM');
    await world.start();
    await connect('installer after a restart');
    const { body: plugin } = await until(
      world.server,
      at('lasting'),
      (answer) => answer.body.status.status !== 'loading',
    );
    expect(plugin).toMatchObject({ configured: false, isActive: false });
    expect(withheld(plugin)).toEqual(['config.api_key']);
  });

  it('are withheld where a checksum is taken away, and not where one is added', async () => {
    const body = { name: 'held', path: 'own.mjs', enabled: true, config: { api_key: SECRET } };
    expect((await world.api.post(PLUGINS, body)).status).toBe(201);
    const patch = async (client: Client, change: object): Promise<PluginDto> =>
      (await client.patch<Changed>(at('held'), change)).body.plugin;
    const checksum = sha256(answering('own.mjs'));
    expect(withheld(await patch(installer, { checksum }))).toEqual([]);
    expect(withheld(await patch(installer, { enabled: true }))).toEqual([]);
    expect(withheld(await patch(installer, { checksum: null }))).toEqual(['config.api_key']);
    expect(withheld(await patch(world.api, { checksum }))).toEqual([]);
  });

  it('do not keep a plugin from running that can do without', async () => {
    const properties = { api_key: { type: 'string', 'x-sensitive': true }, mode: { type: 'string' } };
    const configSchema = { type: 'object', properties };
    const config = { api_key: SECRET, mode: 'plain' };
    const body = { name: 'optional', path: 'own.mjs', enabled: true, config, configSchema };
    expect((await world.api.post(PLUGINS, body)).status).toBe(201);
    const { plugin } = (await installer.put<Changed>(at('optional'), { path: 'other.mjs' })).body;
    expect(plugin).toMatchObject({ configured: true, isActive: true, validationErrors: [] });
    expect(withheld(plugin)).toEqual(['config.api_key']);
    expect(await given('optional')).toEqual({ mode: 'plain' });
  });
});
