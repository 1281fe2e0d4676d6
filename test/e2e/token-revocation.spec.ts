import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { ask } from '../support/embedded.js';
import { EventSource } from '../support/event-source.js';
import { eventually } from '../support/eventually.js';
import { client } from '../support/http.js';
import { hs256, JWT_SECRET } from '../support/jwt.js';
import { TestServer } from '../support/server.js';

const REVOKE = '/api/auth/tokens/revoke';
interface Revoked {
  jti: string;
  subject: string | null;
  expiresAt: string | null;
}

let database: TestDatabase;
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  const start = (): Promise<TestServer> =>
    TestServer.start({ databaseUrl: database.url, env: { JWT_SECRET } });
  [one, two] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
});

const whoami = async (server: TestServer, token: string): Promise<number> =>
  (await client(server.url, token).get('/api/auth/whoami')).status;
const dead = (token: string): Promise<void> =>
  eventually(async () => expect([await whoami(one, token), await whoami(two, token)]).toEqual([401, 401]));
const listed = async (): Promise<string[]> =>
  (await two.client().get<{ tokens: Revoked[] }>('/api/auth/tokens/revoked')).body.tokens.map(
    ({ jti }) => jti,
  );
const keyWith = async (name: string, scopes: string[]): Promise<string> =>
  (await one.client().post<{ key: string }>('/api/auth/virtual-keys', { name, scopes })).body.key;

describe('a JWT', () => {
  it('that is revoked by itself is dead on both servers, with the streams that it opened', async () => {
    const token = await hs256({ sub: 'ann', scope: 'plugins:read', jti: 'of ann' });
    expect([await whoami(one, token), await whoami(two, token)]).toEqual([200, 200]);
    const streams = await Promise.all([one, two].map(({ url }) => EventSource.open(url, token)));
    const { status, body } = await one.client().post<Revoked>(REVOKE, { token });
    expect([status, body]).toMatchObject([200, { jti: 'of ann', subject: 'ann' }]);
    expect(Date.parse(body.expiresAt ?? '')).toBe((decodeJwt(token).exp ?? 0) * 1000);
    expect(await whoami(one, token)).toBe(401);
    await dead(token);
    await Promise.all(streams.map(({ ended }) => ended));
    const refused = await client(two.url, token).get('/api/auth/whoami');
    expect(refused.body).toMatchObject({ error: { code: 'token_revoked' } });
    expect(await listed()).toContain('of ann');
    const { text } = await one.client().get('/api/audit?action=token.revoke&target=of%20ann');
    expect(text).toContain('"targetType":"token"');
    expect(text).not.toContain(token);
  });

  it('without a jti is known by its claims', async () => {
    const [token, other] = [await hs256({ sub: 'bob' }), await hs256({ sub: 'bob', n: 2 })];
    const { body } = await one.client().post<Revoked>(REVOKE, { token });
    expect(body.jti).toMatch(/^sha256:/);
    await dead(token);
    expect(await whoami(one, other)).toBe(200);
  });

  it('of a virtual key dies alone: the key and its other tokens live on', async () => {
    const key = await keyWith('parent', ['plugins:read']);
    const mint = async (): Promise<string> =>
      (await one.client(key).post<{ token: string }>('/api/auth/token', {})).body.token;
    const [token, other] = [await mint(), await mint()];
    await one.client().post(REVOKE, { token });
    await dead(token);
    expect([await whoami(one, key), await whoami(two, other)]).toEqual([200, 200]);
  });

  it('is revoked by its jti, by an admin, before anybody has seen it', async () => {
    const token = await hs256({ sub: 'eve', jti: 'printed somewhere' });
    const manager = one.client(await keyWith('manager', ['keys:manage']));
    const refused = await manager.post(REVOKE, { jti: 'printed somewhere' });
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: 'scope_missing', param: 'admin' } },
    });
    expect(await whoami(two, token)).toBe(200);
    expect((await one.client().post(REVOKE, { jti: 'printed somewhere' })).body).toMatchObject({
      subject: null,
      expiresAt: null,
    });
    await dead(token);
    expect((await manager.post(REVOKE, { token: await hs256({ sub: 'x' }) })).status).toBe(200);
  });

  it('is revoked once, and a repeat says so just as well', async () => {
    const [first, again] = [
      await one.client().post(REVOKE, { jti: 'twice' }),
      await two.client().post(REVOKE, { jti: 'twice' }),
    ];
    expect(again).toMatchObject({ status: 200, body: first.body as object });
    const rows = `select count(*) from audit where action = 'token.revoke' and target_id = 'twice'`;
    expect(await ask(database.url, rows)).toBe('1');
  });

  it.each<[string, () => Promise<object>]>([
    ['nothing', async () => ({})],
    ['both', async () => ({ jti: 'x', token: await hs256({}) })],
    ['what is no token', async () => ({ token: 'nonsense' })],
    ['a foreign token', async () => ({ token: await hs256({}, 'another secret, just as long as ours is') })],
    ['an expired token', async () => ({ token: await hs256({ exp: 1_000_000_000 }) })],
    ['a virtual key', async () => ({ token: await keyWith('misplaced', []) })],
  ])('cannot be revoked with %s', async (_, body) => {
    const refused = await one.client().post(REVOKE, await body());
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: 'field_invalid', param: 'token' } },
    });
  });
});

it('rows go when their tokens have expired; those whose end is not known stay', async () => {
  await one.client().post(REVOKE, { jti: 'for good' });
  await one.client().post(REVOKE, { token: await hs256({ jti: 'brief' }) });
  await execute(
    database.url,
    `update token_revocation set expires_at = now() - interval '2 hours' where jti = 'brief';
     delete from scheduled_work where name = 'token-revocations'`,
  );
  await two.end('SIGTERM');
  two = await TestServer.start({ databaseUrl: database.url, env: { JWT_SECRET } });
  await eventually(async () => expect(await listed()).not.toContain('brief'));
  expect(await listed()).toContain('for good');
});
