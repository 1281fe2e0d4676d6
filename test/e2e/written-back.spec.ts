import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ARTIFACTS } from '../support/artifact-world.js';
import type { Answer, Client } from '../support/http.js';
import { documentedOperations } from '../support/operations.js';
import { answering, at, type Changed, failure, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const WRITES = ['put', 'patch'] as const;
type Write = (typeof WRITES)[number];
/** Every route of the document that is read and written at one path. */
const ROUTES = documentedOperations().filter(({ method, path }) =>
  documentedOperations().some(
    (other) => other.path === path && other.method === 'get' && WRITES.includes(method as Write),
  ),
);

const SECRET = 'sk-secret-secret-1234';
const AGENT = '/api/v1/agents/edge-1';

let server: TestServer;
let api: Client;
/** What lies at each of those paths. */
let objects: Record<string, string[]>;

beforeAll(async () => {
  server = await TestServer.start();
  api = server.client();
  await server.plugin('a.mjs', answering('a'));
  const configSchema = { type: 'object', properties: { port: { type: 'integer' } }, required: ['port'] };
  const plugins = [
    { name: 'bare' },
    { name: 'running', path: 'a.mjs', enabled: true },
    { name: 'placed', placement: 'pre_builtin', order: 3 },
    { name: 'secret', path: 'a.mjs', config: { api_key: SECRET, servers: [{ token: SECRET }] } },
    { name: 'unfinished', path: 'a.mjs', configSchema },
    { name: '@acme/with space', config: { a: { b: [1, null] } } },
  ];
  for (const plugin of plugins) expect((await api.post(PLUGINS, plugin)).status).toBe(201);
  await api.put(AGENT, { name: 'edge', plugins: [{ name: 'x' }] });
  const artifactUrl = 'https://artifacts.example.com/a.tar.gz';
  const artifact = { name: 'collector', version: '1.0.0', pluginType: 'log', artifactUrl };
  const { body } = await api.post<{ id: string }>(ARTIFACTS, { ...artifact, checksum: 'sha256:abc' });
  objects = {
    '/api/plugins/{x}': ['pii-redactor', ...plugins.map(({ name }) => name)].map((name) => at(name)),
    '/api/v1/agents/{agentId}': [AGENT],
    '/api/v1/plugins/{id}': [`${ARTIFACTS}/${body.id}`],
  };
});
afterAll(() => server.stop());

/** The object without what time changes: a plugin that is wanted is reloaded by `enabled:true`. */
function settled({ body }: Answer<object>): object {
  const { revision, updatedAt, lastSeenAt, status, checkedAt, verificationCause, ...rest } = body as Record<
    string,
    unknown
  >;
  return typeof status === 'object' ? { ...rest, status: { ...status, logs: [] } } : { ...rest, status };
}

it('knows an object for every route that is read and written', () => {
  expect(new Set(ROUTES.map(({ path }) => path))).toEqual(new Set(Object.keys(objects)));
});

it.each(ROUTES.map(({ id, method, path }) => [id, method as Write, path] as const))(
  '%s takes what was read, and changes nothing',
  async (_, method, path) => {
    for (const address of objects[path] ?? []) {
      const before = await api.get<object>(address);
      const written = await api[method](address, before.body);
      expect([address, written.status, written.text]).toEqual([address, 200, expect.anything()]);
      expect(written.body).not.toHaveProperty('warnings');
      expect(settled(await api.get<object>(address))).toEqual(settled(before));
    }
  },
);

describe('fields of a plugin that are not set', () => {
  const UNSET = { config: null, path: null, checksum: null, enabled: null, placement: null, order: null };
  const shown = async (name: string): Promise<PluginDto> => (await api.get<PluginDto>(at(name))).body;

  it('are left alone by PUT', async () => {
    for (const name of ['bare', 'running', 'placed', 'secret', 'pii-redactor']) {
      const { revision } = await shown(name);
      for (const unset of [UNSET, { ...UNSET, path: '', placement: '' }]) {
        expect((await api.put(at(name), unset)).status).toBe(200);
        expect((await shown(name)).revision).toBe(revision);
      }
    }
  });

  it('are taken away by PATCH', async () => {
    await api.patch(at('placed'), { placement: '', order: null, enabled: null });
    expect(await shown('placed')).not.toHaveProperty('placement');
    expect(await shown('placed')).not.toHaveProperty('order');
    await api.patch(at('placed'), { placement: 'pre_builtin', order: 3 });
  });

  it('are absent in POST', async () => {
    const unset = { ...UNSET, path: '', placement: '', configSchema: null };
    const { status, body } = await api.post<Changed>(PLUGINS, { name: 'unset', ...unset });
    expect([status, body.plugin.enabled, body.plugin.path]).toEqual([201, false, null]);
  });

  it('and keys in any case are taken, as the gateway takes them', async () => {
    const made = await api.post<Changed>(PLUGINS, { Name: 'cased', ENABLED: false, Config: { a: 1 } });
    expect(made.body.plugin).toMatchObject({ id: 'cased', config: { a: 1 } });
    const { body } = await api.put<Changed>(at('cased'), { Order: 4, IsCustom: true, Name: 'cased' });
    expect(body.plugin.order).toBe(4);
    expect(failure(await api.put(at('cased'), { Order: 5, order: 6 }))).toEqual([
      400,
      'field_invalid',
      'Order',
    ]);
  });
});
