import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { ask } from '../support/embedded.js';
import type { Answer } from '../support/http.js';
import { hs256, JWT_SECRET } from '../support/jwt.js';
import { TestServer } from '../support/server.js';

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await TestServer.start({ databaseUrl: database.url, env: { JWT_SECRET } });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

const create = (name: string, key: string, token = server.token): Promise<Answer<{ key: string }>> =>
  server
    .client(token)
    .post('/api/auth/virtual-keys', { name, scopes: ['keys:manage'] }, { 'idempotency-key': key });

it('the same key gives the first answer again, key and all, and makes nothing', async () => {
  const [first, again] = [await create('once', 'k1'), await create('once', 'k1')];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await ask(database.url, `select count(*) from virtual_key where name = 'once'`)).toBe('1');
});

it('the kept answer does not show the key in the database', async () => {
  const { body } = await create('sealed', 'k2');
  const kept = await ask(database.url, 'select string_agg(i::text, chr(10)) from idempotency i');
  expect(kept).toMatch(/v1\./);
  expect(kept).not.toContain(body.key);
});

it('another body under the same key is refused, another caller has keys of its own', async () => {
  const { body } = await create('body', 'k3');
  expect((await create('other body', 'k3')).status).toBe(422);
  expect((await create('other caller', 'k3', body.key)).status).toBe(201);
});

it('callers with other scopes, or without a name, have keys of their own though they share a subject', async () => {
  const claims = [
    { sub: 'team', scope: 'keys:manage' },
    { sub: 'team', scope: 'keys:manage plugins:read' },
    { sub: 'team', scope: 'admin' },
    { scope: 'keys:manage', n: 1 },
    { scope: 'keys:manage', n: 2 },
  ];
  const tokens = await Promise.all(claims.map((each) => hs256(each)));
  for (const [n, token] of tokens.entries()) {
    const answer = await create(`scoped ${n}`, 'k7', token);
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, null]);
  }
  // The scopes in another order are the same, and so is another token of the subject.
  const same = await hs256({ sub: 'team', scope: 'plugins:read keys:manage', n: 3 });
  expect((await create('scoped 1', 'k7', same)).headers.get('idempotency-replayed')).toBe('true');
});

it('what is revealed is neither kept nor given again: each time is put on record', async () => {
  const path = await server.plugin('keeper.mjs', `export const getName = () => 'keeper';`);
  const api = server.client();
  await api.post('/api/plugins', { name: 'keeper', path, config: { api_key: 'sk-first-of-all-keys' } });
  const reveal = (): Promise<Answer<{ value: string }>> =>
    api.post('/api/plugins/keeper/reveal', { key: 'api_key', reason: 'a test' }, { 'idempotency-key': 'k8' });
  expect((await reveal()).body.value).toBe('sk-first-of-all-keys');
  await api.put('/api/plugins/keeper', { config: { api_key: 'sk-second-of-all-keys' } });
  expect((await reveal()).body.value).toBe('sk-second-of-all-keys');
  const rows = `select count(*) from audit where action = 'plugin.reveal' and target_id = 'keeper'`;
  expect(await ask(database.url, rows)).toBe('2');
});

it('a refusal is given again too, a bad key is refused', async () => {
  expect((await create('body', 'k4')).status).toBe(409);
  const again = await create('body', 'k4');
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([409, 'true']);
  expect((await create('x', 'with a space')).status).toBe(400);
});

it('many at once do it once', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('crowd', 'k5')));
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toContain(201);
  expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
  expect(await ask(database.url, `select count(*) from virtual_key where name = 'crowd'`)).toBe('1');
  expect((await create('crowd', 'k5')).status).toBe(201);
});

it('after 24 hours the key is fresh again', async () => {
  const first = await create('day', 'k6');
  await execute(database.url, `update idempotency set created_at = now() - interval '23 hours 59 minutes'`);
  expect((await create('day', 'k6')).body).toEqual(first.body);
  await execute(database.url, `update idempotency set created_at = now() - interval '24 hours 1 minute'`);
  expect((await create('day', 'k6')).status).toBe(409);
});
