import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CatalogOrigin, generated } from '../support/catalog-origin.js';
import { ARTIFACTS, sha256 } from '../support/artifact-world.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertJob } from '../support/job-rows.js';
import { answerer } from '../support/installation-world.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { documentedOperations, shownRequests } from '../support/operations.js';
import { until } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';
import { TestServer } from '../support/server.js';
import { validateAnswer } from '../support/openapi.js';

/** The job of the examples; no example makes one. */
const SAMPLE_JOB = '019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10';

let server: TestServer;
/** The package of the examples; a version before the latest is installed already. */
const SAMPLE_PACKAGE = '@elizaos/plugin-openai';

let database: TestDatabase;
let registry: TestRegistry;
/** Where the server registers: it takes whatever it is told. */
let upstream: Origin;
let catalogues: CatalogOrigin;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertJob(database.url, { id: SAMPLE_JOB });
  registry = await TestRegistry.start();
  for (const version of ['1.5.0', '1.6.0']) registry.publish(answerer(version, { name: SAMPLE_PACKAGE }));
  upstream = await httpOrigin((_, response) => void response.end('{}'));
  catalogues = await CatalogOrigin.start();
  catalogues.put('/catalogue', { registry: { [SAMPLE_PACKAGE]: generated('acme/plugin-sample') } });
  const env = {
    NPM_REGISTRY: registry.url,
    OUTBOUND_ALLOW: '127.0.0.1',
    REGISTRY_URL: upstream.url,
    REGISTRY_SOURCES: JSON.stringify([{ kind: 'eliza', url: catalogues.at('/catalogue') }]),
  };
  server = await TestServer.start({ databaseUrl: database.url, env });
  await publishArtifact();
  await server.client().post('/api/plugins/install', { name: SAMPLE_PACKAGE, version: '1.5.0' });
});
afterAll(async () => {
  await server.stop();
  await upstream.close();
  await registry.close();
  await catalogues.close();
  await database.drop();
});

/** The verified artifact of the examples. */
async function publishArtifact(): Promise<void> {
  registry.publish(answerer('1.0.0', { name: 'header-stamp' }));
  const artifactUrl = `${registry.url}header-stamp/-/header-stamp-1.0.0.tgz`;
  const checksum = `sha256:${sha256(Buffer.from(await (await fetch(artifactUrl)).arrayBuffer()))}`;
  const given = { name: 'header-stamp', version: '1.0.0', pluginType: 'gateway', artifactUrl, checksum };
  const { body } = await server.client().post<{ id: string }>(ARTIFACTS, given);
  await until(server, `${ARTIFACTS}/${body.id}`, ({ text }) => text.includes('"verified"'));
}

it('shows every operation', () => {
  const shown = new Set(shownRequests().map(({ id }) => id));
  expect([...shown].sort()).toEqual(
    documentedOperations()
      .map(({ id }) => id)
      .sort(),
  );
});

it.each(shownRequests().map((request) => [request.id, request] as const))(
  'runs %s as it is shown',
  async (_, { method, target, headers, body }) => {
    const response = await fetch(server.url + target, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${server.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect({ status: response.status, ok: response.ok, text }).toMatchObject({ ok: true });
    const contentType = response.headers.get('content-type') ?? '';
    const answer: unknown = contentType.startsWith('application/json') ? JSON.parse(text) : text;
    validateAnswer({ method, path: target, status: response.status, body: answer, contentType });
  },
);

it('shows something worth reading: the hook and the secret of the plugin that was created', async () => {
  const call = server.client();
  const requests = new Map(shownRequests().map((request) => [request.id, request]));
  const run = async (id: string): Promise<unknown> => {
    const { target = '', body } = requests.get(id) ?? {};
    return (await call.post(target, body)).body;
  };
  expect(await run('createPlugin')).toMatchObject({ plugin: { isActive: true, loadError: null } });
  expect(await run('callPluginHook')).toMatchObject({ result: { headers: { 'x-greeting': 'hello' } } });
  expect(await run('revealSetting')).toEqual({ key: 'greeting', value: 'hello' });
  expect(await run('testPlugin')).toMatchObject({ ok: true });
});
