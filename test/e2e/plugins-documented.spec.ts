import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { answering, at, type Changed, type Failed, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const TYPES = {
  id: 'string',
  name: 'string',
  actualName: 'string',
  description: 'string',
  category: 'string',
  source: 'string',
  enabled: 'boolean',
  isActive: 'boolean',
  configured: 'boolean',
  isCustom: 'boolean',
  revision: 'number',
  createdAt: 'string',
  updatedAt: 'string',
};
const LISTS = ['tags', 'parameters', 'validationErrors', 'validationWarnings', 'configKeys'] as const;
const NULLABLE_TEXTS = ['loadError', 'npmName', 'version', 'path'] as const;

function expectDocumentedShape(plugin: PluginDto): void {
  const types = Object.keys(TYPES).map((key) => [key, typeof plugin[key as keyof PluginDto]]);
  expect(Object.fromEntries(types)).toEqual(TYPES);
  for (const key of LISTS) expect(Array.isArray(plugin[key])).toBe(true);
  for (const key of NULLABLE_TEXTS)
    expect(plugin[key] === null || typeof plugin[key] === 'string').toBe(true);
  expect(typeof plugin.config).toBe('object');
  const { name, status, logs, types: kinds } = plugin.status;
  expect([typeof name, typeof status]).toEqual(['string', 'string']);
  expect([Array.isArray(logs), Array.isArray(kinds)]).toEqual([true, true]);
}

const TWITTER = {
  name: '@elizaos/plugin-twitter',
  version: '1.2.0',
  description: 'Twitter/X integration',
  type: 'module',
  main: 'index.js',
  agentConfig: {
    pluginType: 'elizaos:plugin:1.0.0',
    pluginParameters: {
      TWITTER_API_KEY: { type: 'string', description: 'API key', required: true, sensitive: true },
    },
  },
};

describe('the requests of the documents, as they are printed', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin('twitter/package.json', JSON.stringify(TWITTER));
    await server.plugin(
      'twitter/index.js',
      `export default { name: 'twitter', description: 'in code', actions: [{ name: 'TWEET' }], init() {} };`,
    );
    await server.plugin('my_custom_plugin.mjs', answering('hi').replace('Answerer', 'MyCustomPlugin'));
  });
  afterAll(() => server.stop());

  it('creates a plugin of which only the name is known, and updates it with nothing', async () => {
    const created = await api.post<Changed>(PLUGINS, { name: 'string' });
    expect(created.status).toBe(201);
    expect(created.body.message).toBe('Plugin created successfully');
    expectDocumentedShape(created.body.plugin);
    expect(created.body.plugin).toMatchObject({
      id: 'string',
      name: 'string',
      enabled: false,
      isCustom: true,
    });
    expect(created.body.plugin.status).toEqual({ name: 'string', status: 'disabled', logs: [], types: [] });
    const updated = await api.put<Changed>(`${PLUGINS}/string`, {});
    expect(updated.status).toBe(200);
    expect(updated.body).toEqual({
      ok: true,
      message: 'Plugin updated successfully',
      plugin: created.body.plugin,
      requiresRestart: false,
    });
  });

  it('answers a running gateway plugin as the document shows it', async () => {
    const { body } = await api.post<Changed>(PLUGINS, {
      name: 'my_custom_plugin',
      enabled: true,
      path: 'my_custom_plugin.mjs',
      config: { api_key: 'xxx' },
    });
    expectDocumentedShape(body.plugin);
    expect(body.plugin).toMatchObject({
      name: 'my_custom_plugin',
      actualName: 'MyCustomPlugin',
      enabled: true,
      isActive: true,
      isCustom: true,
      path: 'my_custom_plugin.mjs',
      config: { api_key: '****' },
      status: { name: 'my_custom_plugin', status: 'active', types: ['llm'] },
    });
    expect(body.plugin.status.logs[0]).toBe('plugin my_custom_plugin initialized successfully');
  });

  it('lists, configures, enables and tests an agent plugin as the document shows it', async () => {
    await api.post(PLUGINS, { name: 'twitter', path: 'twitter' });
    const listed = await api.get<{ plugins: PluginDto[]; count: number }>(PLUGINS);
    expect(listed.body.count).toBe(listed.body.plugins.length);
    listed.body.plugins.forEach(expectDocumentedShape);
    const config = { TWITTER_API_KEY: 'sk-new-key' };
    const put = await api.put<Changed>(at('twitter'), { enabled: true, config });
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ ok: true, plugin: { id: 'twitter', enabled: true, isActive: true } });
    expect(put.body.plugin).toMatchObject({
      description: 'Twitter/X integration',
      npmName: '@elizaos/plugin-twitter',
      version: '1.2.0',
      configured: true,
      loadError: null,
      validationErrors: [],
      validationWarnings: [],
    });
    expect(put.body.plugin.parameters).toEqual([
      {
        key: 'TWITTER_API_KEY',
        type: 'string',
        description: 'API key',
        required: true,
        sensitive: true,
        isSet: true,
        currentValue: 'sk-n...-key',
      },
    ]);
    const test = await api.post<{ ok: boolean; result: object }>(at('twitter', '/test'));
    expect([test.status, test.body.ok, typeof test.body.result]).toEqual([200, true, 'object']);
  });

  it('answers errors in the documented shape', async () => {
    const unknown = await api.put<Failed>(at('nobody'), { enabled: true });
    expect([unknown.status, unknown.body.status_code]).toEqual([404, 404]);
    const invalid = await api.put<Failed>(at('twitter'), { config: { TWITTER_API_KEY: 7, OTHER: 'x' } });
    expect(invalid.status).toBe(422);
    expect(invalid.body).toMatchObject({
      event_id: expect.any(String),
      type: expect.any(String),
      is_bifrost_error: true,
      status_code: 422,
      error: {
        type: expect.any(String),
        code: 'config_invalid',
        message: expect.any(String),
        param: 'config.OTHER',
        event_id: expect.any(String),
      },
      extra_fields: { provider: '', model_requested: '', request_type: 'updatePlugin' },
      ok: false,
    });
    expect(invalid.body.validationErrors).toContainEqual(expect.objectContaining({ field: 'config.OTHER' }));
  });

  it('has routes for the names of built-in and of loaded plugins', async () => {
    const builtins = await api.get<{ plugins: string[] }>(`${PLUGINS}/builtins`);
    expect(builtins.body.plugins).toEqual(['header-policy', 'pii-redactor']);
    const loaded = await api.get<{ plugins: string[] }>(`${PLUGINS}/loaded`);
    expect(loaded.body.plugins).toEqual(['my_custom_plugin', 'twitter']);
  });
});
