import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, Client } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  failure,
  type Failed,
  hook,
  type PluginDto,
  PLUGINS,
  traces,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['API_KEY'],
  properties: {
    API_KEY: { type: 'string', minLength: 4 },
    level: { type: 'integer', minimum: 1, maximum: 5 },
    mode: { enum: ['slow', 'fast'] },
    mail: { type: 'string', format: 'email' },
    nested: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
  },
};
const CONFIG = { API_KEY: 'abcdefghijkl', level: 2, nested: { a: 1, b: 2 } };

describe('settings of a plugin', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin('a.mjs', answering('a'));
    await server.plugin('broken.mjs', `throw new Error('will not load');`);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await api.delete(at('subject'));
    const body = { name: 'subject', path: 'a.mjs', enabled: true, configSchema: SCHEMA, config: CONFIG };
    expect((await api.post(PLUGINS, body)).status).toBe(201);
  });

  const read = async (): Promise<PluginDto> => (await api.get<PluginDto>(at('subject'))).body;
  const put = (body: object | string): Promise<Answer<Changed & Failed>> =>
    typeof body === 'string'
      ? api.put(at('subject'), body, { 'content-type': 'application/json' })
      : api.put(at('subject'), body);
  const unchanged = async (action: () => Promise<void>): Promise<void> => {
    const before = await read();
    await action();
    expect(await read()).toEqual(before);
    expect(await hook(api, 'subject')).toEqual({ answer: 'a', config: CONFIG });
  };

  it.each([
    ['PUT', 'put', '', '{"order":7,"config":{"level":1187654321098765432}}', 'config.level'],
    ['PATCH', 'patch', '', '{"order":7,"config":{"nested":{"a":-9007199254740993}}}', 'config.nested.a'],
    ['a hook', 'post', '/hooks/preLLMHook', '{"request":{"ids":[1,1187654321098765432]}}', 'request.ids.1'],
  ] as const)('numbers that would become others are refused: %s', async (...request) => {
    const [, method, path, body, field] = request;
    await unchanged(async () => {
      const json = { 'content-type': 'application/json' };
      const refused = await api[method]<Failed>(at('subject', path), body, json);
      expect(failure(refused)).toEqual([400, 'number_inexact', field]);
      expect(refused.body.error.message).toContain('send it as text, in quotes');
    });
  });

  it('a default in the JSON text of a schema keeps its digits', async () => {
    const configSchema = '{"properties":{"guild":{"type":"integer","default":1187654321098765432}}}';
    const body = { name: 'exact', path: 'a.mjs', configSchema };
    const { status } = await api.post(PLUGINS, body);
    expect(status).toBe(201);
    const { parameters } = (await api.get<PluginDto>(at('exact'))).body;
    expect(parameters).toMatchObject([{ key: 'guild', default: '1187654321098765432' }]);
  });

  it('wrong ones are refused with every field named, and change nothing', async () => {
    const cases: [config: object, field: string][] = [
      [{ level: 'high' }, 'config.level'],
      [{ level: 9 }, 'config.level'],
      [{ level: 2.5 }, 'config.level'],
      [{ mode: 'medium' }, 'config.mode'],
      [{ mail: 'nobody' }, 'config.mail'],
      [{ API_KEY: 'x' }, 'config.API_KEY'],
      [{ nested: { a: 'one' } }, 'config.nested.a'],
      [{ unheard: 1 }, 'config.unheard'],
    ];
    await unchanged(async () => {
      for (const [config, field] of cases) {
        const { status, body } = await put({ enabled: false, config, order: 7 });
        expect([status, body.error.param, body.validationErrors?.[0]?.field]).toEqual([422, field, field]);
      }
      const many = await put({ config: { level: 9, mode: 'medium' } });
      const fields = many.body.validationErrors?.map(({ field }) => field).sort();
      expect(fields).toEqual(['config.level', 'config.mode']);
    });
  });

  it('keys that reach prototypes are refused at any depth, on every route', async () => {
    const bodies = ['__proto__', 'constructor', 'prototype'].flatMap((key) => [
      `{"config":{"${key}":{"polluted":true}}}`,
      `{"config":{"nested":{"a":1,"deep":[{"${key}":{"polluted":true}}]}}}`,
      `{"${key}":{"polluted":true}}`,
    ]);
    const headers = { 'content-type': 'application/json' };
    await unchanged(async () => {
      for (const body of bodies) {
        for (const answer of [await put(body), await api.patch<Failed>(at('subject'), body, headers)])
          expect(failure(answer).slice(0, 2)).toEqual([422, 'config_key_forbidden']);
        const created = await api.post(PLUGINS, `{"name":"polluted",${body.slice(1)}`, headers);
        expect(failure(created)[0]).toBe(422);
        expect((await api.post(at('subject', '/hooks/preLLMHook'), body, headers)).status).toBe(422);
      }
      expect((await api.get(at('polluted'))).status).toBe(404);
    });
  });

  it('a change that does not load is taken back, record and running code', async () => {
    const { folders } = await traces(server);
    await unchanged(async () => {
      const refused = await put({ path: 'broken.mjs', config: { level: 3 }, order: 4 });
      expect(failure(refused)).toEqual([422, 'load_failed', '']);
      expect(refused.body.error.message).toContain('will not load');
      const created = await api.post<Failed>(PLUGINS, { name: 'never', path: 'broken.mjs', enabled: true });
      expect(failure(created)).toEqual([422, 'load_failed', '']);
      expect((await api.get(at('never'))).status).toBe(404);
    });
    expect((await traces(server)).folders).toEqual(folders);
  });

  it('a failed enable leaves the plugin off, without an error', async () => {
    await api.post(PLUGINS, { name: 'off', path: 'broken.mjs' });
    expect(failure(await api.put(at('off'), { enabled: true }))[1]).toBe('load_failed');
    const { body } = await api.get<PluginDto>(at('off'));
    expect(body).toMatchObject({
      enabled: false,
      loadError: null,
      revision: 1,
      status: { status: 'disabled' },
    });
    await api.delete(at('off'));
  });

  it('PUT merges by key, null and the empty text clear, and nothing new is no change', async () => {
    expect((await put({ config: { nested: { b: 3 }, mode: 'fast' } })).body.plugin.revision).toBe(2);
    expect(await hook(api, 'subject')).toMatchObject({
      config: { API_KEY: 'abcdefghijkl', level: 2, nested: { b: 3 }, mode: 'fast' },
    });
    await put({ config: { nested: null, mode: '' } });
    expect(await hook(api, 'subject')).toMatchObject({ config: { API_KEY: 'abcdefghijkl', level: 2 } });
    const before = await read();
    for (const body of [
      {},
      { config: {} },
      { config: { level: 2 } },
      { unknown: 1, revision: 99 },
      { path: 'a.mjs' },
    ])
      expect((await put(body)).body.plugin).toEqual(before);
  });

  it('PATCH merges at every level, and null takes away, fields too', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patch = (body: object): Promise<Answer<Changed & Failed>> =>
      api.patch(at('subject'), JSON.stringify(body), headers);
    const merged = await patch({
      config: { nested: { a: null, b: 5 } },
      placement: 'post_builtin',
      order: 3,
    });
    expect(merged.body.plugin).toMatchObject({ placement: 'post_builtin', order: 3 });
    expect(await hook(api, 'subject')).toMatchObject({ config: { ...CONFIG, nested: { b: 5 } } });
    const taken = (await patch({ placement: null, order: null })).body.plugin;
    expect(['placement' in taken, 'order' in taken]).toEqual([false, false]);
    expect((await patch({ config: null })).body.plugin).toMatchObject({
      config: null,
      configured: false,
      isActive: false,
      status: { status: 'uninitialized' },
    });
    expect(failure(await patch({ path: null }))).toEqual([422, 'load_failed', '']);
    expect((await patch({ path: null, enabled: false })).body.plugin.path).toBeNull();
  });

  it('place and order alone do not restart the plugin', async () => {
    await server.plugin('counting.mjs', `let n = 0; export const preLLMHook = () => ++n;`);
    await api.post(PLUGINS, { name: 'counting', path: 'counting.mjs', enabled: true });
    expect(await hook(api, 'counting')).toBe(1);
    const placed = await api.put<Changed>(at('counting'), { placement: 'pre_builtin', order: -2 });
    expect(placed.body.plugin).toMatchObject({
      placement: 'pre_builtin',
      order: -2,
      revision: 2,
      isActive: true,
    });
    expect(Date.parse(placed.body.plugin.updatedAt)).toBeGreaterThan(
      Date.parse(placed.body.plugin.createdAt),
    );
    expect(await hook(api, 'counting')).toBe(2);
    await api.put(at('counting'), { enabled: true });
    expect(await hook(api, 'counting')).toBe(1);
  });

  it('a plugin that misses required ones is loaded but idle, and starts with them', async () => {
    const waiting = (
      await api.post<Changed>(PLUGINS, {
        name: 'waiting',
        path: 'a.mjs',
        enabled: true,
        configSchema: JSON.stringify(SCHEMA),
      })
    ).body.plugin;
    expect(waiting).toMatchObject({
      enabled: true,
      isActive: false,
      configured: false,
      loadError: null,
      actualName: 'Answerer',
      validationErrors: [{ field: 'config.API_KEY' }],
      status: { status: 'uninitialized', types: ['llm'] },
    });
    expect((await api.get<{ plugins: string[] }>(`${PLUGINS}/loaded`)).body.plugins).toContain('waiting');
    const { plugin } = (await api.put<Changed>(at('waiting'), { config: { API_KEY: 'now it is set' } })).body;
    expect(plugin).toMatchObject({ isActive: true, configured: true, validationErrors: [] });
    expect(await hook(api, 'waiting')).toMatchObject({ config: { API_KEY: 'now it is set' } });
  });
});
