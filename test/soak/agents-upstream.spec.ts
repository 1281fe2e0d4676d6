import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { agentAt, agentKey, agentsAt, statusOf } from '../support/agents-api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { httpOrigin, type Origin, rawOrigin } from '../support/origin.js';
import { type Failed, failure } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SECRETS = {
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
  JWT_SECRET: 'one secret for all of the servers',
};

describe('a registry that is not as it should be', () => {
  let world: { database: TestDatabase; folder: Awaited<ReturnType<typeof temporaryFolder>> };
  const servers: TestServer[] = [];
  const origins: Origin[] = [];

  beforeAll(async () => {
    world = { database: await createTestDatabase(), folder: await temporaryFolder() };
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await Promise.all(origins.splice(0).map((origin) => origin.close()));
  });
  afterAll(async () => {
    await world.folder.remove();
    await world.database.drop();
  });

  const started = async (...args: Parameters<typeof TestServer.start>): Promise<TestServer> => {
    const server = await TestServer.start(...args);
    servers.push(server);
    return server;
  };
  const reportingTo = (REGISTRY_URL: string, more: Record<string, string> = {}): Promise<TestServer> =>
    started({ env: { ...SECRETS, REGISTRY_URL, REGISTRY_SYNC_INTERVAL: '1000', ...more } });
  const listening = async (origin: Promise<Origin>): Promise<string> => {
    origins.push(await origin);
    return (await origin).url;
  };
  const registering = async (server: TestServer): Promise<[number, string, string]> => {
    const answer = await server.client().post<Failed>('/api/registry/register');
    return [answer.status, answer.body.error.code, answer.body.error.message];
  };

  it('goes down, comes back empty, and is told all of it again', async () => {
    const place = { databaseUrl: world.database.url, dataDir: `${world.folder.path}/registry` };
    const registry = await started({ ...place, env: SECRETS });
    const { port } = new URL(registry.url);
    const server = await reportingTo(registry.url, {
      REGISTRY_TOKEN: await agentKey(registry),
      REGISTRY_AUTO_REGISTER: 'true',
    });
    const { agentId } = await eventually(async () => {
      const status = await statusOf(server);
      expect(status.registered).toBe(true);
      return status;
    });
    await registry.end('SIGKILL');
    await eventually(async () => expect((await statusOf(server)).lastError).toContain('ECONNREFUSED'));
    expect(failure(await server.client().post('/api/registry/sync')).slice(0, 2)).toEqual([
      502,
      'upstream_unreachable',
    ]);
    expect(await statusOf(server)).toMatchObject({ registered: true, agentId });
    const again = await started({ ...place, env: { ...SECRETS, PORT: port } });
    await again.client().delete(agentAt(agentId ?? ''));
    await eventually(async () =>
      expect(await agentsAt(again.client())).toMatchObject([{ agentId, stale: false }]),
    );
    await eventually(async () => expect((await statusOf(server)).lastError).toBeNull());
  });

  it('gets one agent from all replicas, the same after their restart', async () => {
    const registry = await started({ env: SECRETS });
    const database = await createTestDatabase();
    const env = {
      ...SECRETS,
      REGISTRY_URL: registry.url,
      REGISTRY_TOKEN: await agentKey(registry),
      REGISTRY_SYNC_INTERVAL: '1000',
      REGISTRY_AUTO_REGISTER: 'true',
    };
    const replica = (name: string): Promise<TestServer> =>
      started({ databaseUrl: database.url, dataDir: `${world.folder.path}/${name}`, env });
    const [one, two] = await Promise.all([replica('one'), replica('two')]);
    await Promise.all([one, two].map((server) => server.client().post('/api/registry/register')));
    const [agent, ...others] = await agentsAt(registry.client());
    expect(others).toEqual([]);
    expect((await statusOf(one)).agentId).toBe((await statusOf(two)).agentId);
    await Promise.all([one.end('SIGKILL'), two.end('SIGTERM')]);
    const three = await replica('one');
    await three.client().post('/api/registry/sync');
    expect(await agentsAt(registry.client())).toMatchObject([{ agentId: agent?.agentId }]);
    await three.stop();
    await database.drop();
  });

  it.each([
    ['no token', '', '401'],
    ['a token that is none', 'sk-bf-nothing', '401'],
  ])('refuses %s: 502 with the cause, never a 401 of our own', async (_, REGISTRY_TOKEN, cause) => {
    const registry = await started({ env: SECRETS });
    const server = await reportingTo(registry.url, { REGISTRY_TOKEN });
    const [status, code, message] = await registering(server);
    expect([status, code]).toEqual([502, 'upstream_refused']);
    expect(message).toContain(`REGISTRY_TOKEN (HTTP ${cause})`);
    expect(await statusOf(server)).toMatchObject({ registered: false, agentId: null, lastError: message });
    expect(await agentsAt(registry.client())).toEqual([]);
  });

  it('refuses a token that may only read', async () => {
    const registry = await started({ env: SECRETS });
    const key = await registry.client().post<{ key: string }>('/api/auth/virtual-keys', { name: 'reader' });
    const server = await reportingTo(registry.url, { REGISTRY_TOKEN: key.body.key });
    expect((await registering(server))[2]).toContain('needs the scope registry:write');
  });

  it.each<[string, string, () => Promise<Origin>]>([
    ['nothing at all', '5000 ms', () => rawOrigin((socket) => void socket.resume())],
    ['something that is no HTTP', 'HPE_', () => rawOrigin((socket) => void socket.end('nonsense\r\n\r\n'))],
    ['a page', 'is it a Plugboard', () => httpOrigin((_, response) => void response.end('<html></html>'))],
    ['a list', 'is it a Plugboard', () => httpOrigin((_, response) => void response.end('null'))],
    ['too much', 'larger than', () => httpOrigin((_, response) => void response.end('x'.repeat(100_000)))],
    ['404', 'must be the address', () => httpOrigin((_, response) => void response.writeHead(404).end())],
    ['500', 'HTTP 500', () => httpOrigin((_, response) => void response.writeHead(500).end())],
    [
      'a redirect',
      'HTTP 307',
      () =>
        httpOrigin((_, response) => void response.writeHead(307, { location: 'http://x.example/' }).end()),
    ],
  ])('answers %s', async (_, cause, origin) => {
    const server = await reportingTo(await listening(origin()));
    const [status, code, message] = await registering(server);
    expect([status, code]).toEqual([502, 'upstream_unreachable']);
    expect(message).toContain(cause);
    expect(await statusOf(server)).toMatchObject({ registered: false, lastError: message });
  });
});
