import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';

interface Entry {
  id: string;
  action: string;
  actor: { kind: string; id: string; name: string };
  targetType: string;
  targetId: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  requestId: string;
}
interface Page {
  entries: Entry[];
  count: number;
  nextCursor: string | null;
}

const PLUGIN = `export const name = 'p'; export const preLLMHook = (context, request) => request;`;
const SECRET = 'a-secret-that-audit-must-mask';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.plugin('p.mjs', PLUGIN);
});
afterAll(() => server.stop());

const audit = async (query: string): Promise<Page> =>
  (await server.client().get<Page>(`/api/audit?${query}`)).body;

describe('the audit trail', () => {
  it('has a row for every change: who, under which request, before and after, secrets masked', async () => {
    const by = server.client();
    const id = { 'x-request-id': 'audit-spec-1' };
    await by.post('/api/plugins', { name: 'p', path: 'p.mjs', config: { apiKey: SECRET, size: 1 } }, id);
    await by.put('/api/plugins/p', { config: { size: 2 } });
    await by.put('/api/plugins/p', { enabled: true });
    await by.patch('/api/plugins/p', { config: { size: null } });
    await by.post('/api/plugins/p/reveal', { key: 'apiKey', reason: 'the vendor asked' });
    await by.delete('/api/plugins/p');
    const { entries } = await audit('target=p');
    expect(entries.map(({ action }) => action).reverse()).toEqual([
      'plugin.create',
      'plugin.update',
      'plugin.update',
      'plugin.update',
      'plugin.reveal',
      'plugin.delete',
    ]);
    const [created, sized] = [...entries].reverse();
    expect(created).toMatchObject({
      actor: { kind: 'admin', id: 'admin', name: 'admin' },
      requestId: 'audit-spec-1',
      targetType: 'plugin',
      before: null,
    });
    expect(sized?.before).toMatchObject({ config: { size: 1 } });
    expect(sized?.after).toMatchObject({ config: { size: 2 } });
    expect(created?.reason).toBeNull();
    expect(entries.find(({ action }) => action === 'plugin.reveal')).toMatchObject({
      reason: 'the vendor asked',
      after: { key: 'apiKey' },
    });
    expect(JSON.stringify(entries)).not.toContain(SECRET);
    expect(JSON.stringify(entries)).toContain('a-se...mask');
  });

  it('has the changes of keys, by key, and none of what failed or changed nothing', async () => {
    const by = server.client();
    const { body } = await by.post<{ id: string; key: string }>('/api/auth/virtual-keys', {
      name: 'k',
      scopes: ['keys:manage', 'plugins:read'],
    });
    const key = server.client(body.key);
    await key.post('/api/auth/virtual-keys', { name: 'child', scopes: ['plugins:read'] });
    await key.post('/api/auth/virtual-keys', { name: 'child', scopes: ['plugins:read'] });
    await key.post('/api/auth/virtual-keys', { name: 'too much', scopes: ['admin'] });
    const mine = await audit(`actor=${body.id}`);
    expect(mine.entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['key.create', { kind: 'virtual_key', id: body.id, name: 'k' }],
    ]);
    await by.post(`/api/auth/virtual-keys/${body.id}/rotate`);
    await by.delete(`/api/auth/virtual-keys/${body.id}`);
    const about = await audit(`target=${body.id}`);
    expect(about.entries.map(({ action }) => action)).toEqual(['key.revoke', 'key.rotate', 'key.create']);
    expect(JSON.stringify(about)).not.toContain(body.key);
    const size = (await audit('limit=500')).count;
    await by.put('/api/plugins/pii-redactor', {});
    expect((await audit('limit=500')).count).toBe(size);
  });

  it('comes in pages, newest first, without gaps while it grows', async () => {
    const whole = (await audit('limit=500')).entries.map(({ id }) => id);
    expect(whole).toEqual([...whole].sort((a, b) => Number(b) - Number(a)));
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await audit(`limit=3${cursor && `&cursor=${cursor}`}`);
      expect(page.count).toBe(page.entries.length);
      paged.push(...page.entries.map(({ id }) => id));
      cursor = page.nextCursor;
      if (paged.length === 3) await server.client().post('/api/auth/virtual-keys', { name: 'meanwhile' });
    }
    expect(paged).toEqual(whole);
    expect((await audit('action=plugin.reveal')).count).toBe(1);
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'cursor=-1', 'cursor=x'])
      expect((await server.client().get(`/api/audit?${query}`)).status).toBe(400);
  });

  it('has the rows of the plugins that came with the server, by the system', async () => {
    const { entries } = await audit('target=pii-redactor');
    expect(entries.at(-1)).toMatchObject({
      action: 'plugin.create',
      actor: { kind: 'system', id: 'system' },
    });
  });
});
