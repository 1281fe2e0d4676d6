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

describe('a schema of a package that is wrong', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
  });
  afterAll(() => server.stop());

  const wrong = {
    properties: { API_KEY: { type: 'string', required: true }, PORT: { type: 'integer', required: false } },
  };
  const cases: [what: string, file: string, content: object][] = [
    ['required as a boolean, in a manifest', 'elizaos.plugin.json', { configSchema: wrong }],
    ['required as a boolean, in package.json', 'package.json', { plugboard: { configSchema: wrong } }],
    [
      'a type that there is not',
      'elizaos.plugin.json',
      { configSchema: { properties: { PORT: { type: 'int' } } } },
    ],
    [
      'an unknown $schema',
      'elizaos.plugin.json',
      { configSchema: { ...wrong, $schema: 'https://example.com/own' } },
    ],
    [
      'a reference that leads nowhere',
      'elizaos.plugin.json',
      { configSchema: { properties: { PORT: { $ref: '#/definitions/none' } } } },
    ],
  ];

  it.each(cases)('is its warning, and refuses nothing: %s', async (_what, file, content) => {
    await api.delete(at('wrong'));
    await server.plugin('wrong/package.json', '{}');
    await server.plugin('wrong/elizaos.plugin.json', '{}');
    await server.plugin(`wrong/${file}`, JSON.stringify(content));
    await server.plugin('wrong/index.mjs', CODE);
    const created = await api.post<Changed>(PLUGINS, { name: 'wrong', path: 'wrong', enabled: true });
    expect(created.status).toBe(201);
    const { configured, isActive, loadError } = created.body.plugin;
    expect([isActive, loadError]).toEqual([configured, null]);
    expect(created.body.plugin.validationWarnings).toEqual([
      { field: 'configSchema', message: expect.stringContaining('configSchema') },
    ]);
    const changed = await api.put<Changed>(at('wrong'), { config: { PORT: 8080 } });
    expect(changed.status).toBe(200);
    expect((await api.get<PluginDto>(at('wrong'))).body.validationWarnings).toHaveLength(1);
  });

  it('still says what is required, and of which type', async () => {
    await api.delete(at('wrong'));
    await server.plugin('wrong/package.json', '{}');
    await server.plugin('wrong/elizaos.plugin.json', JSON.stringify({ configSchema: wrong }));
    await server.plugin('wrong/index.mjs', CODE);
    const { plugin } = (await api.post<Changed>(PLUGINS, { name: 'wrong', path: 'wrong' })).body;
    expect(plugin.parameters.map(({ key, required }) => [key, required])).toEqual([
      ['API_KEY', true],
      ['PORT', false],
    ]);
    expect([plugin.configured, plugin.validationErrors.map(({ field }) => field)]).toEqual([
      false,
      ['config.API_KEY'],
    ]);
    expect(failure(await api.put(at('wrong'), { config: { PORT: 'eighty' } }))[2]).toBe('config.PORT');
    expect((await api.put<Changed>(at('wrong'), { config: { API_KEY: 'k' } })).body.plugin.configured).toBe(
      true,
    );
  });

  it('is refused where it comes with the request, for then it can be put right', async () => {
    const body = { name: 'refused', configSchema: wrong };
    expect(failure(await api.post(PLUGINS, body))).toEqual([422, 'config_schema_invalid', 'configSchema']);
  });
});
