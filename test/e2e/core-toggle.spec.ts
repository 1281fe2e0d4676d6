import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CoreList, type CorePlugin, npmNameOf, publishCore } from '../support/core-packages.js';
import type { Client } from '../support/http.js';
import { at, failure, type Failed, PLUGINS, type PluginDto } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';
import { TestServer } from '../support/server.js';

const CORE = `${PLUGINS}/core`;
const TOGGLE = `${CORE}/toggle`;
const OPTIONAL = 'secrets-manager';

let registry: TestRegistry;
let server: TestServer;
let api: Client;
beforeAll(async () => {
  registry = await TestRegistry.start();
  publishCore(registry, OPTIONAL);
  server = await TestServer.start({ env: { NPM_REGISTRY: registry.url } });
  api = server.client();
});
afterAll(async () => {
  await server.stop();
  await registry.close();
});

async function optional(): Promise<CorePlugin | undefined> {
  const { body } = await api.get<CoreList>(CORE);
  return body.optionalCore[0];
}

describe('the core', () => {
  it('is the documented one', async () => {
    expect((await api.get('/api/core/status')).body).toEqual({
      available: true,
      corePlugins: ['bootstrap', 'knowledge', 'sql'],
      optionalCorePlugins: [OPTIONAL],
    });
  });

  it('is listed as what it is: declared, not here', async () => {
    const { body } = await api.get<CoreList>(CORE);
    const absent = { installed: false, loaded: false, enabled: false };
    expect(body.core).toEqual(
      ['bootstrap', 'knowledge', 'sql'].map((name) => ({
        ...{ id: name, name, npmName: npmNameOf(name), isCore: true, required: true },
        ...absent,
      })),
    );
    expect(body.optionalCore).toMatchObject([{ name: OPTIONAL, isCore: false, required: false, ...absent }]);
    expect(body.optional).toEqual(body.optionalCore);
  });
});

describe('turning an optional core plugin on and off', () => {
  it('does nothing where it is not here and shall not be', async () => {
    const { status, body } = await api.post(TOGGLE, { name: OPTIONAL, enabled: false });
    expect([status, body]).toEqual([
      200,
      { ok: true, requiresRestart: false, restarting: false, message: 'secrets-manager is disabled' },
    ]);
    expect(await optional()).toMatchObject({ installed: false });
  });

  it('installs and starts it', async () => {
    const { status } = await api.post(TOGGLE, { name: OPTIONAL, enabled: true });
    expect(status).toBe(200);
    expect(await optional()).toMatchObject({ id: OPTIONAL, installed: true, loaded: true, enabled: true });
    const { body } = await api.get<PluginDto>(at(OPTIONAL));
    expect(body).toMatchObject({ source: 'npm', npmName: npmNameOf(OPTIONAL), isActive: true });
  });

  it('stops it, by its npm name as well, and says the same as PUT', async () => {
    await api.post(TOGGLE, { npmName: npmNameOf(OPTIONAL), enabled: false });
    expect(await optional()).toMatchObject({ installed: true, loaded: false, enabled: false });
    expect((await api.get<PluginDto>(at(OPTIONAL))).body).toMatchObject({ enabled: false, isActive: false });

    await api.put(at(OPTIONAL), { enabled: true });
    expect(await optional()).toMatchObject({ loaded: true, enabled: true });

    await api.put(at(OPTIONAL), { enabled: false });
    await api.post(TOGGLE, { name: OPTIONAL, enabled: true });
    expect((await api.get<PluginDto>(at(OPTIONAL))).body).toMatchObject({ enabled: true, isActive: true });
  });

  it('may be taken away again', async () => {
    expect((await api.post(`${PLUGINS}/uninstall`, { name: npmNameOf(OPTIONAL) })).status).toBe(200);
    expect(await optional()).toMatchObject({ installed: false, loaded: false, enabled: false });
  });
});

describe('what cannot be turned', () => {
  const refused = async (body: object): Promise<[number, string, string]> => {
    const answer = await api.post<Failed>(TOGGLE, body);
    const [status, code] = failure(answer);
    return [status, code, answer.body.error.message];
  };

  it('a required one, off', async () => {
    const expected = [400, 'core_required', 'Core plugins cannot be disabled'];
    expect(await refused({ name: 'sql', enabled: false })).toEqual(expected);
    expect(await refused({ npmName: npmNameOf('sql'), enabled: false })).toEqual(expected);
  });

  it('one that is not declared', async () => {
    const expected = [400, 'core_unknown', 'Unknown optional plugin'];
    expect(await refused({ name: 'pii-redactor', enabled: false })).toEqual(expected);
    expect(await refused({ name: '__proto__', enabled: true })).toEqual(expected);
  });

  it('one without a name, or neither on nor off', async () => {
    for (const body of [{ enabled: true }, { name: '  ', enabled: true }, { name: null, enabled: true }])
      expect(failure(await api.post(TOGGLE, body))).toEqual([400, 'field_invalid', 'name']);
    for (const body of [{ name: OPTIONAL }, { name: OPTIONAL, enabled: 'yes' }])
      expect(failure(await api.post(TOGGLE, body))).toEqual([400, 'field_invalid', 'enabled']);
  });

  it('one that its registry does not have', async () => {
    expect(failure(await api.post(TOGGLE, { name: 'knowledge', enabled: true }))).toEqual([
      404,
      'package_not_found',
      'name',
    ]);
  });

  it('any, without the scope', async () => {
    const made = await api.post<{ key: string }>('/api/auth/virtual-keys', {
      name: 'reader',
      scopes: ['plugins:read', 'plugins:write'],
    });
    const reader = server.client(made.body.key);
    expect((await reader.get(CORE)).status).toBe(200);
    expect(failure(await reader.post(TOGGLE, { name: OPTIONAL, enabled: true }))[1]).toBe('scope_missing');
  });
});

it('takes a file that names itself like a core package for what it is: another plugin', async () => {
  await server.plugin(
    'twin/package.json',
    JSON.stringify({ name: npmNameOf('sql'), version: '9.9.9', type: 'module', main: 'index.js' }),
  );
  await server.plugin('twin/index.js', 'export default { name: "twin", actions: [{ name: "NOOP" }] };');
  const made = await api.post(PLUGINS, { name: 'twin', path: 'twin', enabled: true });
  expect(made).toMatchObject({
    status: 201,
    body: { plugin: { npmName: npmNameOf('sql'), isActive: true } },
  });
  const { body } = await api.get<CoreList>(CORE);
  expect(body.core.find(({ name }) => name === 'sql')).toMatchObject({ installed: false, loaded: false });
  expect((await api.delete(at('twin'))).status).toBe(200);
});
