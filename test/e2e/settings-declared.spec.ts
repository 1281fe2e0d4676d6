import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  failure,
  hook,
  type Changed,
  type Failed,
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

describe('required settings', () => {
  let server: TestServer;
  let api: Client;

  const parameters = {
    API_KEY: { type: 'string', required: true, sensitive: true },
    MODEL: { type: 'string', required: true, default: 'small' },
    NOTE: { type: 'string' },
  };
  const properties = {
    API_KEY: { type: 'string', format: 'password' },
    MODEL: { type: 'string', default: 'small' },
    NOTE: { type: 'string' },
    db: { type: 'object', required: ['host'], properties: { host: { type: 'string' } } },
  };
  const configSchema = { properties, required: ['API_KEY', 'MODEL'] };
  const config = { API_KEY: 'abcdefghijkl', MODEL: 'large', NOTE: 'n' };

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin(
      'list/package.json',
      JSON.stringify({ agentConfig: { pluginParameters: parameters } }),
    );
    await server.plugin('manifest/package.json', '{}');
    await server.plugin('manifest/elizaos.plugin.json', JSON.stringify({ configSchema }));
    for (const folder of ['list', 'manifest']) await server.plugin(`${folder}/index.mjs`, CODE);
    await server.plugin('bare.mjs', CODE);
  });
  afterAll(() => server.stop());

  it.each([
    ['package.json', { path: 'list' }],
    ['elizaos.plugin.json', { path: 'manifest' }],
    ['configSchema', { path: 'bare.mjs', configSchema }],
  ])('of %s cannot be cleared, optional ones can', async (_where, body) => {
    await api.delete(at('needs'));
    const name = 'needs';
    expect((await api.post(PLUGINS, { name, enabled: true, config, ...body })).status).toBe(201);
    const read = async (): Promise<PluginDto> => (await api.get<PluginDto>(at(name))).body;
    const before = await read();
    for (const method of ['put', 'patch'] as const)
      for (const API_KEY of ['', null, '   ', '\n\t']) {
        const refused = await api[method]<Failed>(at(name), { order: 7, config: { NOTE: 'other', API_KEY } });
        expect(failure(refused)).toEqual([422, 'config_invalid', 'config.API_KEY']);
        expect(refused.body.error.message).toContain('is required and cannot be cleared: send a value');
      }
    expect(await read()).toEqual(before);
    const cleared = await api.put<Changed>(at(name), { config: { NOTE: '', MODEL: null } });
    expect([cleared.status, cleared.body.plugin.config]).toEqual([200, { API_KEY: 'abcd...ijkl' }]);
    expect(cleared.body.plugin.configured).toBe(true);
    expect(await hook(api, name)).toMatchObject({ config: { API_KEY: 'abcdefghijkl', MODEL: 'small' } });
  });

  it('inside a setting cannot be cleared either', async () => {
    await api.delete(at('needs'));
    const db = { host: 'h', port: 1 };
    const body = { name: 'needs', path: 'bare.mjs', configSchema, config: { ...config, db } };
    expect((await api.post(PLUGINS, body)).status).toBe(201);
    for (const [method, sent] of [
      ['patch', { host: null }],
      ['put', { port: 1 }],
    ] as const)
      expect(failure(await api[method](at('needs'), { config: { db: sent } }))).toEqual([
        422,
        'config_invalid',
        'config.db.host',
      ]);
    const cleared = await api.put<Changed>(at('needs'), { config: { db: null } });
    expect([cleared.status, cleared.body.plugin.configured]).toEqual([200, true]);
  });

  it('that were never set may be set one after the other', async () => {
    await api.delete(at('needs'));
    expect((await api.post(PLUGINS, { name: 'needs', path: 'list' })).status).toBe(201);
    const partly = await api.put<Changed>(at('needs'), { config: { NOTE: 'n' } });
    expect([partly.status, partly.body.plugin.configured]).toEqual([200, false]);
    const wrong = await api.put(at('needs'), { config: { NOTE: 'm', API_KEY: '' } });
    expect(failure(wrong)).toEqual([422, 'config_invalid', 'config.API_KEY']);
  });
});
