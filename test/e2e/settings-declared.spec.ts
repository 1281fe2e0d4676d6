import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  failure,
  hook,
  type Changed,
  type PluginDto,
  PLUGINS,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const PROPERTIES = {
  PORT: { type: 'integer', minimum: 1 },
  RATE: { type: 'number' },
  VERBOSE: { type: 'boolean' },
  GUILD: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
  LEVEL: { enum: [1, 2, 3] },
};
const SCHEMA = { type: 'object', properties: PROPERTIES };
const LIST = {
  PORT: { type: 'integer' },
  RATE: { type: 'number' },
  VERBOSE: { type: 'boolean' },
  GUILD: { type: 'integer' },
  LEVEL: { type: 'number', options: [1, 2, 3] },
};
const TEXTS = { PORT: '8080', RATE: ' 0.5', VERBOSE: 'TRUE', GUILD: '1187654321098765432', LEVEL: '2' };
const CODE = answering('a');

describe('settings sent as text', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    const pkg = async (name: string, packageJson: object, manifest?: object): Promise<void> => {
      await server.plugin(`${name}/package.json`, JSON.stringify({ main: 'a.mjs', ...packageJson }));
      if (manifest) await server.plugin(`${name}/elizaos.plugin.json`, JSON.stringify(manifest));
      await server.plugin(`${name}/a.mjs`, CODE);
    };
    await server.plugin('bare.mjs', CODE);
    await pkg('listed', { agentConfig: { pluginParameters: LIST } });
    await pkg('manifest', {}, { id: 'm', configSchema: SCHEMA });
    await pkg('schema', { plugboard: { configSchema: SCHEMA } });
  });
  afterAll(() => server.stop());

  const declarations: [declared: string, body: object][] = [
    ['a schema sent along', { path: 'bare.mjs', configSchema: SCHEMA }],
    ['agentConfig of package.json', { path: 'listed' }],
    ['elizaos.plugin.json', { path: 'manifest' }],
    ['a schema in package.json', { path: 'schema' }],
  ];

  it.each(declarations)('count as the type that %s declares, and are kept as sent', async (_where, body) => {
    await api.delete(at('texts'));
    const created = await api.post<Changed>(PLUGINS, { name: 'texts', enabled: true, ...body });
    expect(created.status).toBe(201);
    const changed = await api.put<Changed>(at('texts'), { config: TEXTS });
    expect([changed.status, changed.body.plugin.config]).toEqual([200, TEXTS]);
    expect(changed.body.plugin).toMatchObject({ configured: true, validationErrors: [], isActive: true });
    for (const config of [
      { PORT: 'eighty' },
      { PORT: '1.5' },
      { VERBOSE: 'yes' },
      { RATE: 'fast' },
      { LEVEL: '4' },
    ]) {
      const [key] = Object.keys(config);
      expect(failure(await api.put(at('texts'), { config }))).toEqual([
        422,
        'config_invalid',
        `config.${key}`,
      ]);
    }
    expect((await api.get<PluginDto>(at('texts'))).body.config).toEqual(TEXTS);
  });

  it('reach code that declares a JSON Schema as what it declares, digits that no number holds as text', async () => {
    await api.delete(at('texts'));
    const body = { name: 'texts', enabled: true, path: 'bare.mjs', configSchema: SCHEMA, config: TEXTS };
    expect((await api.post(PLUGINS, body)).status).toBe(201);
    const given = { PORT: 8080, RATE: 0.5, VERBOSE: true, GUILD: '1187654321098765432', LEVEL: 2 };
    expect(await hook(api, 'texts')).toEqual({ answer: 'a', config: given });
  });
});
