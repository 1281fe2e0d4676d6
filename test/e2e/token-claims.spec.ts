import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, type JWTPayload } from 'jose';
import { client } from '../support/http.js';
import { hs256, JWT_SECRET } from '../support/jwt.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    env: { JWT_SECRET, JWT_ISSUER: 'https://gateway.example', JWT_AUDIENCE: 'plugins' },
  });
});
afterAll(() => server.stop());

interface Told {
  kind: string;
  id: string;
  name: string;
  scopes: string[];
  error: { code: string; message: string };
}
const ann = { sub: 'ann', scope: 'plugins:read' };
const whoami = async (claims: JWTPayload): Promise<{ status: number; body: Told }> =>
  client(server.url, await hs256(claims)).get<Told>('/api/auth/whoami');

describe('a token signed with JWT_SECRET', () => {
  it.each<[string, JWTPayload]>([
    ['neither issuer nor audience', {}],
    ['us', { iss: 'plugboard', aud: 'plugboard' }],
    ['those in the settings, among others', { iss: 'https://gateway.example', aud: ['x', 'plugins'] }],
  ])('is taken when it names %s', async (_, claims) => {
    expect(await whoami({ ...ann, ...claims })).toMatchObject({ status: 200, body: { id: 'ann' } });
  });

  it.each<[string, JWTPayload, RegExp]>([
    ['has no end', { exp: undefined as never }, /never expires.*`exp`/],
    ['names a strange issuer', { iss: 'https://stranger.example' }, /`iss`.*JWT_ISSUER/],
    ['names another audience', { aud: 'https://bank.example' }, /`aud`.*JWT_AUDIENCE/],
    ['is not good yet', { nbf: 4_102_444_800 }, /`nbf`/],
  ])('is refused when it %s, and the answer says how to put it right', async (_, claims, message) => {
    const { status, body } = await whoami({ ...ann, ...claims });
    expect([status, body.error.code]).toEqual([401, 'token_invalid']);
    expect(body.error.message).toMatch(message);
  });

  it.each<JWTPayload>([{ role: 'admin' }, { roles: ['admin'] }, { scp: 'admin' }, { admin: true }])(
    'has no scope from %j',
    async (claims) => {
      expect((await whoami({ sub: 'ann', ...claims })).body).toMatchObject({ kind: 'jwt', scopes: [] });
    },
  );

  it('that names nobody is nobody else either', async () => {
    const [one, two] = await Promise.all([whoami({ scope: 'admin' }), whoami({ scope: 'admin', n: 2 })]);
    expect([one.body.name, two.body.name]).toEqual(['unnamed', 'unnamed']);
    expect(one.body.id).not.toBe(two.body.id);
  });
});

describe('a token of an identity provider', () => {
  const claims = 'scp,roles,permissions,realm_access.roles,resource_access.plugboard.roles';
  const map = 'plugin-operator=plugins:read plugins:write,Plugins.Read=plugins:read,read:audit=audit:read';
  let provider: TestServer;
  beforeAll(async () => {
    const env = {
      JWT_SECRET,
      JWT_ISSUER: 'https://idp.example',
      JWT_SCOPE_CLAIMS: claims,
      JWT_SCOPE_MAP: map,
    };
    provider = await TestServer.start({ env });
  });
  afterAll(() => provider.stop());

  const scopesOf = async (given: JWTPayload): Promise<string[]> => {
    const token = await hs256({ iss: 'https://idp.example', sub: 'ann', ...given });
    return (await client(provider.url, token).get<Told>('/api/auth/whoami')).body.scopes;
  };

  it.each<[JWTPayload, string[]]>([
    [{ scp: 'Plugins.Read openid' }, ['plugins:read']],
    [{ scp: ['Plugins.Read'] }, ['plugins:read']],
    [{ roles: ['plugin-operator'] }, ['plugins:read', 'plugins:write']],
    [{ permissions: ['read:audit'] }, ['audit:read']],
    [{ realm_access: { roles: ['offline_access', 'plugin-operator'] } }, ['plugins:read', 'plugins:write']],
    [
      { resource_access: { plugboard: { roles: ['read:audit'] }, account: { roles: ['plugin-operator'] } } },
      ['audit:read'],
    ],
    [{ realm_access: { roles: ['admin'] }, scope: 'admin', scp: 'admin' }, []],
  ])('has the scopes that the settings make of %j', async (given, scopes) => {
    expect(await scopesOf(given)).toEqual(scopes);
  });

  it('leaves the tokens that the server signs itself as they are', async () => {
    expect((await provider.client().get<Told>('/api/auth/whoami')).body.scopes).toEqual(['admin']);
  });

  it.each(['plugin-operator', '=admin', 'a=plugins:reed', 'a='])(
    'does not come to a server whose settings map nothing: %s',
    async (JWT_SCOPE_MAP) => {
      const failed = TestServer.start({ env: { JWT_SECRET, JWT_SCOPE_MAP } });
      await expect(failed).rejects.toThrow(
        /JWT_SCOPE_MAP (must be entries|names the scope "plugins:reed"; there are)/,
      );
    },
  );
});

describe('the clock of whoever signs a token', () => {
  const now = (): number => Math.floor(Date.now() / 1000);

  it('may be ahead of ours by up to a minute', async () => {
    const ahead = { ...ann, nbf: now() + 30, iat: now() + 30 };
    expect(await whoami(ahead)).toMatchObject({ status: 200, body: { id: 'ann' } });
    expect((await whoami({ ...ann, nbf: now() + 120 })).body.error.message).toMatch(/`nbf`/);
  });

  it('gives no token a longer life', async () => {
    expect((await whoami({ ...ann, exp: now() - 20 })).body.error.code).toBe('token_expired');
  });
});

it('the token that is printed at the start lasts for a day of work, and has an id to revoke it by', () => {
  const { exp = 0, iat = 0, jti } = decodeJwt(server.token);
  expect(exp - iat).toBe(12 * 3600);
  expect(jti).toMatch(/^[0-9a-f-]{36}$/);
});
