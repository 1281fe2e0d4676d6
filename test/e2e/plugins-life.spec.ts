import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  at,
  answering,
  type Changed,
  failure,
  hook,
  type PluginDto,
  PLUGINS,
  traces,
  until,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { compileWasm } from '../support/wasm-fixtures.js';

const AGENT_PACKAGE = {
  name: '@acme/plugin-weather',
  version: '2.0.1',
  type: 'module',
  main: './dist/index.js',
  keywords: ['weather'],
  agentConfig: { pluginParameters: { UNIT: { type: 'string', description: 'C or F', default: 'C' } } },
};
const AGENT_SOURCE = `
class Clock { static serviceType = 'clock'; static async start() { return new Clock(); } async stop() {} }
export const weatherPlugin = {
  name: 'weather',
  description: 'Tells the weather',
  providers: [{ name: 'WEATHER' }],
  services: [Clock],
  async init(config, runtime) { console.log('unit', runtime.getSetting('UNIT')); },
};`;
const MODEL_SOURCE = `
class Socket { static serviceType = 'socket'; static async start() { return new Socket(); } }
export default {
  name: 'model',
  description: 'Asks a model',
  models: { TEXT_SMALL: async () => '' },
  services: [Socket],
  async init(config, runtime) {
    if (!URL.canParse(config.BASE_URL)) runtime.logger.warn('BASE_URL is no URL: ' + config.BASE_URL);
    console.warn('no key is set');
  },
};`;
const GO_SPELLING = `
exports.GetName = () => 'GoSpelling';
exports.Init = () => undefined;
exports.PreLLMHook = (ctx, req) => ({ ...req, seen: true });
exports.HTTPTransportPreHook = (ctx, req) => req;
`;

interface Tested {
  ok: boolean;
  message: string;
  result: { checks: { name: string }[]; notChecked: string[]; logs: string[] };
}

describe('the life of a plugin', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
  });
  afterAll(() => server.stop());

  const change = async (id: string, body: object): Promise<PluginDto> => {
    const answer = await api.put<Changed>(at(id), body);
    expect(answer.status).toBe(200);
    return answer.body.plugin;
  };

  it('a test names what it has not checked, and shows what the plugin warned of', async () => {
    const path = await server.plugin('model.mjs', MODEL_SOURCE);
    await api.post(PLUGINS, { name: 'model', path, config: { BASE_URL: 'not a url' } });
    const { body } = await api.post<Tested>(at('model', '/test'));
    const services = 'services, because a test does not start them';
    expect(body.message).toMatch(/^Passed: load, init\. Not checked: whether keys and addresses .*\.$/);
    expect(body.result.notChecked).toEqual([expect.stringContaining('no test of its own'), services]);
    expect(body.result.logs).toEqual(
      expect.arrayContaining(['warn: BASE_URL is no URL: not a url', 'no key is set']),
    );
    await server.plugin(
      'model.mjs',
      'export const preLLMHook = () => 1; export const healthCheck = () => true;',
    );
    const all = await api.post<Tested>(at('model', '/test'));
    expect(all.body).toMatchObject({
      message: 'All checks passed: load, init, check',
      result: { notChecked: [] },
    });
    await api.delete(at('model'));
  });

  it('a plugin as large as the larger packages of agents loads within the limits that nobody has changed', async () => {
    const large = "globalThis.kept = Array.from({ length: 900_000 }, (_, i) => ({ i, text: 'x' + i }));";
    const path = await server.plugin('large.mjs', `${large} export const preLLMHook = () => null;`);
    const created = await api.post<Changed>(PLUGINS, { name: 'large', path, enabled: true });
    expect([created.status, created.body.plugin.isActive]).toEqual([201, true]);
    await api.delete(at('large'));
  });

  it('a plugin of the user: create, configure, enable, test, call, reload, disable, delete', async () => {
    const before = await traces(server);
    const path = await server.plugin('mine.mjs', answering('one'));
    const { body } = await api.post<Changed>(PLUGINS, { name: 'mine', path });
    expect(body.plugin).toMatchObject({
      enabled: false,
      isActive: false,
      revision: 1,
      path,
      actualName: 'mine',
    });
    expect(await change('mine', { config: { greeting: 'hi' } })).toMatchObject({
      revision: 2,
      isActive: false,
    });
    const running = await change('mine', { enabled: true });
    expect(running).toMatchObject({ revision: 3, isActive: true, actualName: 'Answerer' });
    expect(running.status).toMatchObject({ status: 'active', types: ['llm'] });
    const tested = await api.post<Tested>(at('mine', '/test'));
    expect(tested.body.ok).toBe(true);
    expect(tested.body.result.checks.map(({ name }) => name)).toEqual(['load', 'init']);
    expect(await hook(api, 'mine')).toEqual({ answer: 'one', config: { greeting: 'hi' } });
    await writeFile(path, answering('two'));
    expect(await hook(api, 'mine')).toMatchObject({ answer: 'one' });
    expect(await change('mine', { enabled: true })).toMatchObject({ revision: 4, isActive: true });
    expect(await hook(api, 'mine')).toMatchObject({ answer: 'two' });
    const disabled = await change('mine', { enabled: false });
    expect(disabled).toMatchObject({ isActive: false, loadError: null, status: { status: 'disabled' } });
    expect(disabled.status.logs.at(-1)).toBe('plugin mine stopped (disabled)');
    expect(failure(await api.post(at('mine', '/hooks/preLLMHook'), {}))).toEqual([
      409,
      'plugin_not_active',
      '',
    ]);
    await change('mine', { enabled: true });
    const deleted = await api.delete(at('mine'));
    expect([deleted.status, deleted.body]).toEqual([
      200,
      { ok: true, message: 'Plugin deleted successfully' },
    ]);
    expect((await api.get(at('mine'))).status).toBe(404);
    expect((await api.delete(at('mine'))).status).toBe(404);
    expect(await traces(server)).toEqual(before);
  });

  it('an agent package: what it says of itself, its types, its settings', async () => {
    await server.plugin('weather/package.json', JSON.stringify(AGENT_PACKAGE));
    await server.plugin('weather/dist/index.js', AGENT_SOURCE);
    const { status, body } = await api.post<Changed>(PLUGINS, {
      name: 'weather',
      path: 'weather',
      enabled: true,
    });
    expect(status).toBe(201);
    expect(body.plugin).toMatchObject({
      actualName: 'weather',
      description: 'Tells the weather',
      npmName: '@acme/plugin-weather',
      version: '2.0.1',
      tags: ['weather'],
      isActive: true,
      configKeys: ['UNIT'],
    });
    expect(body.plugin.status.types).toEqual(['provider', 'service']);
    expect(body.plugin.status.logs).toContainEqual(expect.stringContaining('unit C'));
    expect((await change('weather', { config: { UNIT: 'F' } })).status.logs).toContainEqual(
      expect.stringContaining('unit F'),
    );
    expect((await api.get<PluginDto>(at('@acme/plugin-weather'))).body.id).toBe('weather');
    expect(failure(await api.post(at('weather', '/hooks/preLLMHook'), {}))).toEqual([
      404,
      'hook_not_found',
      'hook',
    ]);
    expect((await api.delete(at('@acme/plugin-weather'))).status).toBe(200);
  });

  it('a CommonJS gateway plugin in the spelling of Go', async () => {
    await server.plugin('go.cjs', GO_SPELLING);
    const { body } = await api.post<Changed>(PLUGINS, { name: 'go', path: 'go.cjs', enabled: true });
    expect(body.plugin).toMatchObject({ actualName: 'GoSpelling', status: { types: ['llm', 'http'] } });
    expect(await hook(api, 'go', { model: 'm' })).toEqual({ model: 'm', seen: true });
  });

  it('a WebAssembly plugin, with its settings, and one that refuses them', async () => {
    await copyFile(compileWasm('gateway'), join(server.dataDir, 'custom', 'gateway.wasm'));
    const created = { name: 'wasm', path: 'gateway.wasm', enabled: true, config: { level: 3 } };
    const { body } = await api.post<Changed>(PLUGINS, created);
    expect(body.plugin).toMatchObject({ actualName: 'wasm-gateway ✓', isActive: true });
    const { request } = ((await hook(api, 'wasm', { n: 1 })) as { input?: { request: object } }).input ?? {};
    expect(request).toEqual({ n: 1 });
    const refused = await api.put(at('wasm'), { config: { mode: 'refuse' } });
    expect(failure(refused)).toEqual([422, 'load_failed', '']);
    expect((await api.get<PluginDto>(at('wasm'))).body).toMatchObject({
      isActive: true,
      config: { level: 3 },
    });
    expect(await hook(api, 'wasm', { n: 2 })).toMatchObject({ config: { level: 3 } });
    expect((await api.delete(at('wasm'))).status).toBe(200);
  });

  it('a plugin that ends in a call: the cause in the answer and the log, and it runs again', async () => {
    await server.plugin(
      'ends.mjs',
      'export const preLLMHook = (c, { end }) => (end ? process.exit(9) : "fine");',
    );
    await api.post(PLUGINS, { name: 'ends', path: 'ends.mjs', enabled: true });
    const ended = await api.post(at('ends', '/hooks/preLLMHook'), { request: { end: true } });
    expect(failure(ended)).toEqual([502, 'plugin_error', '']);
    const { body } = await until(server, at('ends'), (answer) => answer.body.isActive);
    expect(body).toMatchObject({ loadError: null, revision: 1, status: { status: 'active' } });
    expect(body.status.logs).toContainEqual(expect.stringMatching(/exit.*9.*next start/));
    expect(body.status.logs.at(-1)).toBe('plugin ends initialized successfully');
    expect(await hook(api, 'ends')).toBe('fine');
    expect((await api.delete(at('ends'))).status).toBe(200);
  });

  it('the bundled plugins run, are found by either name, and cannot be deleted or exchanged', async () => {
    const redactor = await change('pii-redactor', { enabled: true });
    expect(redactor).toMatchObject({ source: 'bundled', isCustom: false, isActive: true });
    const text = { messages: [{ role: 'user', content: 'Write to jane.doe@example.com' }] };
    expect(JSON.stringify(await hook(api, 'pii-redactor', text))).toContain('Write to [EMAIL]');
    expect(await change('header-policy', { enabled: true })).toMatchObject({
      isActive: true,
      isCustom: false,
    });
    expect((await api.get<PluginDto>(at(redactor.name))).body.id).toBe('pii-redactor');
    expect(failure(await api.delete(at('pii-redactor')))).toEqual([409, 'plugin_bundled', '']);
    expect(failure(await api.put(at('header-policy'), { path: 'mine.mjs' }))[0]).toBe(409);
    for (const id of ['pii-redactor', 'header-policy']) await change(id, { enabled: false });
    expect((await traces(server)).processes).toHaveLength(1);
  });
});
