import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { client } from '../support/http.js';
import { eventually } from '../support/eventually.js';
import { hs256, JWT_SECRET } from '../support/jwt.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { TestServer } from '../support/server.js';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const GOOD = { iss: 'https://idp.example', aud: 'plugboard', sub: 'ann', scope: 'plugins:read audit:read' };

let database: TestDatabase;
let origin: Origin;
const published: JWK[] = [];
let answer: 'keys' | 'error' | 'nonsense' | 'huge' | 'silence' = 'keys';
const pairs = new Map<string, Pair>();
const servers = new Map<string, TestServer>();

async function addKey(alg: string, kid: string): Promise<void> {
  const pair = await generateKeyPair(alg, { extractable: true });
  pairs.set(kid, pair);
  published.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' });
}

const start = (alg: string): Promise<TestServer> =>
  TestServer.start({
    databaseUrl: database.url,
    env: {
      JWT_SECRET,
      JWT_JWKS_URL: `${origin.url}/jwks`,
      JWT_ALGORITHM: alg,
      JWT_ISSUER: GOOD.iss,
      JWT_AUDIENCE: GOOD.aud,
    },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  origin = await httpOrigin((_request, response) => {
    if (answer === 'silence') return;
    if (answer === 'error') response.writeHead(500);
    if (answer === 'nonsense') response.end('<html>');
    else if (answer === 'huge') response.end(JSON.stringify({ keys: published, x: 'x'.repeat(2 ** 20) }));
    else response.end(JSON.stringify({ keys: published }));
  });
  for (const alg of ALGORITHMS) await addKey(alg, alg);
  await Promise.all(ALGORITHMS.map(async (alg) => servers.set(alg, await start(alg))));
});
afterAll(async () => {
  await Promise.all([...servers.values()].map((server) => server.stop()));
  await origin.close();
  await database.drop();
});

async function sign(kid: string, claims: JWTPayload = {}, alg = kid): Promise<string> {
  const token = new SignJWT({ ...GOOD, exp: Math.floor(Date.now() / 1000) + 600, ...claims });
  return token.setProtectedHeader({ alg, kid }).sign((pairs.get(kid) as Pair).privateKey);
}
const at = (alg: string): TestServer => servers.get(alg) as TestServer;
const status = async (server: TestServer, token: string): Promise<number> =>
  (await client(server.url, token).get('/api/audit')).status;

describe.each(ALGORITHMS)('tokens of an identity provider, %s', (alg) => {
  it('are taken with their scopes', async () => {
    const me = await client(at(alg).url, await sign(alg)).get('/api/auth/whoami');
    expect(me.body).toEqual({ kind: 'jwt', id: 'ann', name: 'ann', scopes: ['plugins:read', 'audit:read'] });
    expect(await status(at(alg), await sign(alg, { scope: 'plugins:read' }))).toBe(403);
  });

  it('are refused with another issuer, audience or algorithm, expired, without an end, or not yet good', async () => {
    const now = Math.floor(Date.now() / 1000);
    const other = ALGORITHMS.find((name) => name !== alg) as string;
    const bad = [
      await sign(alg, { iss: 'https://other.example' }),
      await sign(alg, { aud: 'other' }),
      await sign(alg, { exp: now - 60 }),
      await sign(alg, { exp: undefined as never }),
      await sign(alg, { nbf: now + 600 }),
      await sign(alg, { typ: 'virtual_key', sub: 'not-a-uuid', kv: 'x' }),
      await sign(other),
    ];
    expect(await Promise.all(bad.map((token) => status(at(alg), token)))).toEqual(bad.map(() => 401));
  });
});

describe('with an identity provider', () => {
  it('nothing signed with a secret is an admin: not the public key, not our own secret', async () => {
    const pem = await exportSPKI((pairs.get('RS256') as Pair).publicKey);
    const claims = { ...GOOD, scope: 'admin' };
    expect(await status(at('RS256'), await hs256(claims, pem))).toBe(401);
    expect(await status(at('RS256'), await hs256(claims))).toBe(401);
    expect(await status(at('RS256'), await hs256({ ...claims, typ: 'virtual_key', kv: 'x' }))).toBe(401);
  });

  it('a key that the provider adds is picked up', async () => {
    await addKey('ES256', 'next');
    const token = await sign('next', {}, 'ES256');
    await eventually(async () => expect(await status(at('ES256'), token)).toBe(200), 15_000);
  });
});

describe('while the provider gives no keys', () => {
  it('tokens get 503 in time and virtual keys work', async () => {
    const admin = await sign('RS256', { scope: 'admin audit:read' });
    const wanted = { name: 'ci', scopes: ['audit:read'] };
    const made = await at('RS256').client(admin).post<{ key: string }>('/api/auth/virtual-keys', wanted);
    const minted = await at('RS256').client(made.body.key).post<{ token: string }>('/api/auth/token', {});
    // A server that has never seen the keys.
    const other = await start('RS256');
    try {
      for (answer of ['error', 'nonsense', 'huge', 'silence'] as const) {
        const refused = await other.client(admin).get('/api/audit');
        expect(refused.status).toBe(503);
        expect(refused.body).toMatchObject({ error: { code: 'jwks_unavailable' } });
        expect(refused.headers.get('retry-after')).toBe('1');
        expect(await status(other, made.body.key)).toBe(200);
        expect(await status(other, minted.body.token)).toBe(200);
      }
      answer = 'keys';
      expect(await status(other, admin)).toBe(200);
    } finally {
      await other.stop();
    }
  });
});
