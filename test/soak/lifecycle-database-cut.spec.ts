import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';
import { Wire } from '../support/wire.js';

const PLUGIN = `export const name = 'p'; export const preLLMHook = (context, request) => request;`;
const ready = { status: 'ok', database: 'ok', events: 'ok', plugins: 'ok' };

let database: TestDatabase;
let wire: Wire;
let server: TestServer;
let key = '';
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await Wire.to(database.url);
  server = await TestServer.start({ databaseUrl: wire.url, env: { DATABASE_TIMEOUT: '1000' } });
  await server.plugin('p.mjs', PLUGIN);
  await server.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
  const made = await server.client().post<{ key: string }>('/api/auth/virtual-keys', {
    name: 'k',
    scopes: ['plugins:read', 'plugins:write'],
  });
  key = made.body.key;
});
afterAll(async () => {
  await server.stop();
  await wire.close();
  await database.drop();
});

const whole = (): Promise<void> =>
  eventually(async () => expect((await server.client().get('/health/ready')).body).toEqual(ready), 20_000);

it.each(['cut', 'silence'] as const)(
  '%s: 503 in seconds, nothing stale, all well again without a restart',
  async (kind) => {
    expect((await server.client(key).get('/api/plugins')).status).toBe(200);
    wire[kind]();
    const asked = performance.now();
    const [write, audit] = await Promise.all([
      server.client().post('/api/auth/virtual-keys', { name: 'never' }),
      server.client().get('/api/audit'),
    ]);
    expect([write.status, audit.status]).toEqual([503, 503]);
    expect(write.body).toMatchObject({ error: { code: 'database_unavailable' } });
    expect(write.headers.get('retry-after')).toBe('1');
    // A cached list or a cached key could be stale by now: neither is served once the loss is noticed.
    await eventually(async () => expect((await server.client(key).get('/api/plugins')).status).toBe(503));
    for (const path of ['/api/plugins', '/api/plugins/p'])
      expect((await server.client().get(path)).status).toBe(503);
    expect(performance.now() - asked).toBeLessThan(25_000);
    expect((await server.client().get('/health/live')).status).toBe(200);
    const health = await server.client().get('/health/ready');
    expect([health.status, health.body]).toEqual([
      503,
      { status: 'unavailable', database: 'unavailable', events: 'unavailable', plugins: 'ok' },
    ]);
    await execute(database.url, `update plugin set description = '${kind} meanwhile' where id = 'p'`);
    wire.mend();
    await whole();
    const plugin = await server.client(key).get('/api/plugins/p');
    expect(plugin.body).toMatchObject({ isActive: true, description: `${kind} meanwhile` });
    const changed = await server.client(key).put('/api/plugins/p', { config: { mended: kind } });
    expect(changed.status).toBe(200);
  },
);

it('a key that is revoked while the wire is down is dead when it is up again', async () => {
  expect((await server.client(key).get('/api/auth/whoami')).status).toBe(200);
  wire.cut();
  await execute(database.url, `update virtual_key set revoked_at = now()`);
  wire.mend();
  await whole();
  expect((await server.client(key).get('/api/auth/whoami')).status).toBe(401);
});
