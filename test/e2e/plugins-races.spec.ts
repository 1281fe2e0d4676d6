import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  failure,
  type PluginDto,
  type PluginListDto,
  PLUGINS,
  traces,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

describe('changes at the same time, and requests that come twice', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin('a.mjs', answering('a'));
    await api.post(PLUGINS, { name: 'raced', path: 'a.mjs', enabled: true });
  });
  afterAll(() => server.stop());

  const etag = async (id: string): Promise<string> => (await api.get(at(id))).headers.get('etag') ?? '';
  const keyed = (): Record<string, string> => ({ 'idempotency-key': randomUUID() });

  it('of several changes with the same If-Match exactly one is made', async () => {
    const seen = { 'if-match': await etag('raced') };
    const before = (await api.get<PluginDto>(at('raced'))).body.revision;
    const puts = [1, 2, 3, 4].map((order) =>
      api.put<Changed>(at('raced'), { order, config: { order } }, seen),
    );
    const answers = await Promise.all(puts);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const won = answers.find(({ status }) => status === 200)?.body.plugin;
    const now = (await api.get<PluginDto>(at('raced'))).body;
    expect(now).toMatchObject({ revision: before + 1, order: won?.order, config: won?.config ?? null });
    const lost = answers.find(({ status }) => status === 412);
    expect(lost && failure(lost)).toEqual([412, 'revision_mismatch', 'If-Match']);
  });

  it('a stale If-Match stops every kind of change; * and a fresh one do not', async () => {
    const stale = { 'if-match': await etag('raced') };
    await api.put(at('raced'), { order: 50 });
    expect((await api.put(at('raced'), {}, stale)).status).toBe(412);
    expect((await api.patch(at('raced'), { order: 51 }, stale)).status).toBe(412);
    expect((await api.delete(at('raced'), undefined, stale)).status).toBe(412);
    expect((await api.put(at('raced'), { order: 52 }, { 'if-match': '*' })).status).toBe(200);
    expect((await api.put(at('raced'), { order: 53 }, { 'if-match': await etag('raced') })).status).toBe(200);
    expect(failure(await api.put(at('raced'), {}, { 'if-match': 'junk' }))).toEqual([
      400,
      'parameter_invalid',
      'If-Match',
    ]);
  });

  it('each answer carries the ETag for the next change', async () => {
    const made = await api.post<Changed>(
      PLUGINS,
      { name: 'chained', path: 'a.mjs', enabled: true },
      { 'idempotency-key': 'chained' },
    );
    let tag = made.headers.get('etag') ?? '';
    for (const method of ['put', 'patch', 'put'] as const) {
      expect(tag).toBe(await etag('chained'));
      const changed = await api[method]<Changed>(at('chained'), { config: { method } }, { 'if-match': tag });
      expect([changed.status, changed.headers.get('etag')]).not.toEqual([200, tag]);
      tag = changed.headers.get('etag') ?? '';
    }
    expect(tag).toMatch(/^"r4\./);
    const again = await api.post(
      PLUGINS,
      { name: 'chained', path: 'a.mjs', enabled: true },
      { 'idempotency-key': 'chained' },
    );
    expect(again.headers.get('etag')).toBe(made.headers.get('etag'));
    expect((await api.delete(at('chained'), undefined, { 'if-match': tag })).status).toBe(200);
  });

  it('without If-Match all are made, one after the other', async () => {
    const { revision } = (await api.get<PluginDto>(at('raced'))).body;
    const keys = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(
      keys.map((key) => api.put(at('raced'), { config: { [key]: revision } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const now = (await api.get<PluginDto>(at('raced'))).body;
    expect(now.revision).toBe(revision + 4);
    expect(now.config).toMatchObject(Object.fromEntries(keys.map((key) => [key, revision])));
  });

  it('of several creations of one name exactly one is made, whatever its case', async () => {
    const names = ['Twin', 'twin', 'TWIN', 'ｔｗｉｎ'];
    const answers = await Promise.all(
      names.map((name) => api.post<Changed>(PLUGINS, { name, path: 'a.mjs', enabled: true })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const made = (await api.get<PluginListDto>(`${PLUGINS}?q=twin`)).body.plugins;
    const others = (await api.get<PluginListDto>(PLUGINS)).body.plugins.filter(({ id }) => id === 'ｔｗｉｎ');
    expect(new Set([...made, ...others].map(({ id }) => id)).size).toBe(1);
    expect((await traces(server)).folders).toHaveLength(2);
    const winner = answers.find(({ status }) => status === 201)?.body.plugin;
    expect((await api.get<PluginDto>(at(winner?.id ?? ''))).body).toMatchObject({
      isActive: true,
      revision: 1,
    });
  });

  it('a repeated Idempotency-Key gets the first answer again, and nothing is done twice', async () => {
    const headers = keyed();
    const body = { name: 'once', path: 'a.mjs', config: { api_key: 'a-secret-of-some-length' } };
    const first = await api.post<Changed>(PLUGINS, body, headers);
    const again = await api.post<Changed>(PLUGINS, body, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await api.post(PLUGINS, { ...body, enabled: true }, headers);
    expect(failure(other)).toEqual([422, 'idempotency_key_reused', 'Idempotency-Key']);
    await api.delete(at('once'));
    expect((await api.post(PLUGINS, body, headers)).text).toBe(first.text);
    expect((await api.get(at('once'))).status).toBe(404);
    expect((await api.post(PLUGINS, body, keyed())).status).toBe(201);
  });

  it('refusals are given again too, mistakes in the key are named', async () => {
    const headers = keyed();
    const first = await api.post(PLUGINS, { name: 'once' }, headers);
    expect(failure(first)).toEqual([409, 'name_taken', 'name']);
    await api.delete(at('once'));
    const again = await api.post(PLUGINS, { name: 'once' }, headers);
    expect(failure(again)).toEqual(failure(first));
    expect(failure(await api.post(PLUGINS, { name: 'x' }, { 'idempotency-key': 'a b' }))).toEqual([
      400,
      'parameter_invalid',
      'Idempotency-Key',
    ]);
  });

  it('of requests that come twice at once only one is made', async () => {
    const headers = keyed();
    const body = { name: 'at-once', path: 'a.mjs', enabled: true };
    const answers = await Promise.all([1, 2, 3].map(() => api.post<Changed>(PLUGINS, body, headers)));
    const [made, ...rest] = answers.sort((a, b) => a.status - b.status);
    expect(made?.status).toBe(201);
    for (const answer of rest)
      if (answer.status === 201) expect(answer.text).toBe(made?.text);
      else expect(failure(answer)[1]).toBe('idempotency_in_progress');
    expect((await api.post(PLUGINS, body, headers)).text).toBe(made?.text);
    const { body: audit } = await api.get<{ entries: object[] }>('/api/audit?target=at-once');
    expect(audit.entries).toHaveLength(1);
  });
});
