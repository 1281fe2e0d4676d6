import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { client } from '../support/http.js';
import { ask } from '../support/embedded.js';
import { TestServer } from '../support/server.js';
import { eventually } from '../support/eventually.js';

interface Key {
  id: string;
  key: string;
  scopes: string[];
  lastUsedAt: string | null;
  expiresAt: string | null;
}

let database: TestDatabase;
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  const env = { JWT_SECRET: 'the same secret on both servers, long enough' };
  [one, two] = await Promise.all([
    TestServer.start({ databaseUrl: database.url, env }),
    TestServer.start({ databaseUrl: database.url, env }),
  ]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
});

const make = async (name: string, more: object = {}, token = one.token): Promise<Key> => {
  const { status, body } = await one.client(token).post<Key>('/api/auth/virtual-keys', { name, ...more });
  expect(status).toBe(201);
  return body;
};
const whoami = async (server: TestServer, token: string): Promise<number> =>
  (await client(server.url, token).get('/api/auth/whoami')).status;
const tokenOf = async (key: string, body: object = {}): Promise<string> =>
  (await one.client(key).post<{ token: string }>('/api/auth/token', body)).body.token;

describe('a virtual key', () => {
  it('has the documented scopes by default and is shown once, its hash alone being kept', async () => {
    const { id, key, scopes } = await make('default');
    expect(key).toMatch(/^sk-bf-[\w-]{40}$/);
    expect(scopes).toEqual(['plugins:read', 'plugins:write', 'registry:read']);
    const listed = await one.client().get('/api/auth/virtual-keys');
    expect(listed.text).toContain(id);
    expect(listed.text).not.toContain(key);
    const rows = await ask(database.url, 'select json_agg(k)::text from virtual_key k');
    expect(rows).not.toContain(key);
  });

  it.each(['authorization', 'x-api-key', 'x-bf-vk', 'x-milady-token'])(
    'is taken from %s, and so is its token',
    async (header) => {
      const { key, id } = await make(`header ${header}`);
      for (const token of [key, await tokenOf(key)]) {
        const value = header === 'authorization' ? `Bearer ${token}` : token;
        const me = await client(one.url).get<{ id: string; kind: string }>('/api/auth/whoami', undefined, {
          [header]: value,
        });
        expect(me.body).toMatchObject({ id, kind: 'virtual_key' });
      }
    },
  );

  it('notes when it was last used', async () => {
    const { key, id } = await make('used');
    await whoami(one, key);
    await eventually(async () => {
      const { body } = await one.client().get<{ keys: Key[] }>('/api/auth/virtual-keys');
      const used = body.keys.find((listed) => listed.id === id)?.lastUsedAt;
      expect(Date.now() - Date.parse(used ?? '')).toBeLessThan(120_000);
    });
  });

  it('ends when it expires, and its tokens with it', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { key } = await make('short', { expiresAt });
    const token = await tokenOf(key, { expiresIn: 3600 });
    expect(await whoami(one, key)).toBe(200);
    await eventually(async () =>
      expect([await whoami(one, key), await whoami(one, token)]).toEqual([401, 401]),
    );
    const past = { name: 'past', expiresAt: '2001-01-01T00:00:00Z' };
    expect((await one.client().post('/api/auth/virtual-keys', past)).status).toBe(400);
  });

  it('is dead at once after rotation, with its tokens, on both servers', async () => {
    const { id, key } = await make('rotated');
    const token = await tokenOf(key);
    expect([await whoami(one, key), await whoami(two, key), await whoami(two, token)]).toEqual([
      200, 200, 200,
    ]);
    const { body } = await one.client().post<Key>(`/api/auth/virtual-keys/${id}/rotate`);
    expect(body).toMatchObject({ id, name: 'rotated' });
    expect([await whoami(one, key), await whoami(one, token)]).toEqual([401, 401]);
    await eventually(async () =>
      expect([await whoami(two, key), await whoami(two, token)]).toEqual([401, 401]),
    );
    expect([await whoami(one, body.key), await whoami(two, body.key)]).toEqual([200, 200]);
  });

  it('is dead at once after revocation on both servers', async () => {
    const { key } = await make('revoked');
    const token = await tokenOf(key);
    expect([await whoami(two, key), await whoami(two, token)]).toEqual([200, 200]);
    expect((await one.client().delete('/api/auth/virtual-keys/revoked')).status).toBe(200);
    expect([await whoami(one, key), await whoami(one, token)]).toEqual([401, 401]);
    await eventually(async () =>
      expect([await whoami(two, key), await whoami(two, token)]).toEqual([401, 401]),
    );
    expect((await one.client().delete('/api/auth/virtual-keys/revoked')).status).toBe(404);
  });

  it('has a name of its own while it is in use', async () => {
    await make('twice');
    const again = await one.client().post('/api/auth/virtual-keys', { name: 'twice' });
    expect(again.status).toBe(409);
    await one.client().delete('/api/auth/virtual-keys/twice');
    await make('twice');
  });
});

describe('nobody hands out more than they hold', () => {
  it('neither by making, nor rotating, revoking or minting', async () => {
    const manager = await make('manager', { scopes: ['keys:manage', 'plugins:read'] });
    const strong = await make('strong', { scopes: ['plugins:write'] });
    const by = one.client(manager.key);
    const wide = { name: 'wide', scopes: ['plugins:write'] };
    expect((await by.post('/api/auth/virtual-keys', wide)).status).toBe(403);
    expect((await by.post('/api/auth/virtual-keys', { name: 'x', scopes: ['admin'] })).status).toBe(403);
    expect((await by.post('/api/auth/virtual-keys', { name: 'defaults' })).status).toBe(403);
    expect((await by.post(`/api/auth/virtual-keys/${strong.id}/rotate`)).status).toBe(403);
    expect((await by.delete(`/api/auth/virtual-keys/${strong.id}`)).status).toBe(403);
    expect((await by.post('/api/auth/token', { key: strong.id })).status).toBe(403);
    await make('narrow', { scopes: ['plugins:read'] }, manager.key);
  });

  it('nor for longer: a key that it makes ends with it, and it replaces none that lasts longer', async () => {
    const scopes = ['keys:manage', 'plugins:read'];
    const { id, key } = await make('lasting', { scopes });
    const token = await tokenOf(key, { expiresIn: 60 });
    const { expiresAt } = await make('child', { scopes: ['plugins:read'] }, token);
    expect(Date.parse(expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
    const later = { scopes: ['plugins:read'], expiresAt: '2100-01-01T00:00:00.000Z' };
    expect(await make('grandchild', later, token)).toMatchObject({ expiresAt });
    const refused = await one.client(token).post(`/api/auth/virtual-keys/${id}/rotate`);
    expect([refused.status, refused.body]).toMatchObject([403, { error: { code: 'key_outlives_token' } }]);
    expect((await one.client(key).post(`/api/auth/virtual-keys/${id}/rotate`)).status).toBe(200);
  });

  it('needs keys:manage to mint for another key, and a token cannot outlive the one that asked', async () => {
    const own = await make('own');
    await make('other');
    expect((await one.client(own.key).post('/api/auth/token', { key: 'other' })).status).toBe(403);
    const misplaced = await one.client().post('/api/auth/token', { key: own.key });
    expect([misplaced.status, misplaced.text.includes(own.key)]).toEqual([400, false]);
    const short = await tokenOf(own.key, { expiresIn: 60 });
    const { body } = await one
      .client(short)
      .post<{ expiresAt: string }>('/api/auth/token', { expiresIn: 3600 });
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
  });
});
