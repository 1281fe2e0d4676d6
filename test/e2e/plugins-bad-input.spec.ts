import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  failure,
  hook,
  type PluginDto,
  PLUGINS,
  traces,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('requests that are no good', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin('a.mjs', answering('a'));
    await api.post(PLUGINS, { name: 'good', path: 'a.mjs', enabled: true });
  });
  afterAll(async () => {
    expect(await hook(api, 'good')).toMatchObject({ answer: 'a' });
    expect((await traces(server)).processes).toHaveLength(1);
    await server.stop();
  });

  it('names: empty, huge, unprintable, climbing, reserved, taken in any spelling', async () => {
    const invalid = [
      '',
      '   ',
      'x'.repeat(129),
      'x'.repeat(500_000),
      '.',
      '..',
      'a/../b',
      'a\\b',
      'a\0b',
      'a\nb',
      '<b>',
    ];
    for (const name of invalid) {
      const [status, , param] = failure(await api.post(PLUGINS, { name }));
      expect([name.slice(0, 10), status, param]).toEqual([name.slice(0, 10), 400, 'name']);
    }
    const reserved = [
      'builtins',
      'loaded',
      'core',
      'installed',
      'ejected',
      'install',
      'uninstall',
      'Core',
      'ＣＯＲＥ',
    ];
    for (const name of reserved)
      expect(failure(await api.post(PLUGINS, { name }))).toEqual([409, 'name_reserved', 'name']);
    await api.post(PLUGINS, { name: 'Straße é' });
    for (const name of ['good', 'GOOD', ' good ', 'ｇｏｏｄ', 'pii-redactor', 'straße é', 'straße e\u0301'])
      expect(failure(await api.post(PLUGINS, { name }))).toEqual([409, 'name_taken', 'name']);
  });

  it('names with a scope, spaces and letters of any language live in percent-encoded paths', async () => {
    for (const name of ['@acme/plugin-x', 'my plugin', 'プラグイン', 'a+b', 'v1.2', 'x'.repeat(128)]) {
      expect((await api.post<Changed>(PLUGINS, { name })).body.plugin).toMatchObject({ id: name, name });
      expect((await api.get<PluginDto>(at(name))).body.id).toBe(name);
      expect((await api.put<Changed>(at(name), { order: 1 })).body.plugin.order).toBe(1);
      expect((await api.delete(at(name))).status).toBe(200);
    }
  });

  it('paths with escapes that are none, and names of nobody', async () => {
    for (const bad of ['%', '%zz', '%E0%A4%A', '%ff'])
      for (const send of [api.get, api.put, api.patch, api.delete]) {
        const body = send === api.put || send === api.patch ? {} : undefined;
        expect(failure(await send(`${PLUGINS}/${bad}`, body))[1]).toBe('parameter_invalid');
      }
    expect(failure(await api.post(`${PLUGINS}/%zz/test`))[1]).toBe('parameter_invalid');
    for (const nobody of [
      'nobody',
      '__proto__',
      'constructor',
      "'; drop table plugin; --",
      'x'.repeat(5_000),
    ]) {
      const path = at(nobody);
      expect(failure(await api.get(path)).slice(0, 2)).toEqual([404, 'plugin_not_found']);
      expect((await api.put(path, {})).status).toBe(404);
      expect((await api.delete(path)).status).toBe(404);
      expect((await api.post(`${path}/test`)).status).toBe(404);
      expect((await api.post(`${path}/hooks/preLLMHook`, {})).status).toBe(404);
    }
  });

  it('values of the wrong type, each with the name of its field', async () => {
    const shared: Record<string, unknown[]> = {
      enabled: ['true', 1, {}],
      config: ['x', 1, [], true],
      path: [5, {}],
      placement: ['first', 1],
      order: ['1', 1.5, 10_000_001],
      checksum: [7, 'abc', 'md5:00', `sha256:${'g'.repeat(64)}`, 'a'.repeat(63)],
    };
    for (const [field, values] of Object.entries(shared))
      for (const value of values) {
        const seen = [
          failure(await api.post(PLUGINS, { name: 'wrong', path: 'a.mjs', [field]: value })),
          failure(await api.put(at('good'), { order: 9, [field]: value })),
          failure(await api.patch(at('good'), { order: 9, [field]: value })),
        ].map(([status, , param]) => [value, status, param]);
        expect(seen).toEqual([1, 2, 3].map(() => [value, 400, field]));
      }
    for (const name of [undefined, null, 5, ['a'], {}])
      expect(failure(await api.post(PLUGINS, { name }))).toEqual([400, 'field_invalid', 'name']);
    for (const configSchema of [5, 'not json', '[]', { type: 'text' }])
      expect(failure(await api.post(PLUGINS, { name: 'wrong', configSchema }))[2]).toBe('configSchema');
    expect((await api.get(at('wrong'))).status).toBe(404);
    expect((await api.get<PluginDto>(at('good'))).body.revision).toBe(1);
  });

  it('text that no database keeps', async () => {
    const manifest = {
      name: 'n\0ul',
      version: '1\0',
      description: 'a\0b\nc',
      main: 'i.js',
      keywords: ['k\0', 7],
    };
    await server.plugin('nul/package.json', JSON.stringify(manifest));
    await server.plugin('nul/i.js', 'exports.getName = () => "n\\0"; exports.preHook = () => null;');
    const { plugin } = (await api.post<Changed>(PLUGINS, { name: 'nul', path: 'nul', enabled: true })).body;
    expect(plugin).toMatchObject({ npmName: 'n ul', version: '1', description: 'a b c', tags: ['k'] });
    expect((await api.delete(at('nul'))).status).toBe(200);
    expect(failure(await api.put(at('good'), { path: 'a\0.mjs' }))).toEqual([400, 'field_invalid', 'path']);
    const reveal = { key: 'x', reason: 'a\0' };
    expect(failure(await api.post(at('good', '/reveal'), reveal))).toEqual([400, 'field_invalid', 'reason']);
    expect(failure(await api.get(`${PLUGINS}/%00`))).toEqual([400, 'field_invalid', 'x']);
    expect(failure(await api.put(at('good'), { config: { a: 'x\0' } }))).toEqual([
      400,
      'field_invalid',
      'config.a',
    ]);
  });

  it('bodies that are no objects, no JSON or too large', async () => {
    expect((await api.post(PLUGINS, '', JSON_TYPE)).status).toBe(400);
    for (const body of ['[]', '"x"', '5', 'null', 'true']) {
      expect((await api.post(PLUGINS, body, JSON_TYPE)).status).toBe(400);
      expect((await api.put(at('good'), body, JSON_TYPE)).status).toBe(400);
    }
    expect(failure(await api.put(at('good'), '{"order":', JSON_TYPE))).toEqual([400, 'bad_json', '']);
    expect((await api.put(at('good'), 'order=1', { 'content-type': 'text/plain' })).status).toBe(400);
    const huge = JSON.stringify({ name: 'huge', config: { text: 'x'.repeat(1_100_000) } });
    expect(failure(await api.post(PLUGINS, huge, JSON_TYPE))[0]).toBe(413);
    const deep = `{"name":"deep","config":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`;
    expect((await api.post(PLUGINS, deep, JSON_TYPE)).status).toBe(400);
    const large = { name: 'large', config: { text: 'x'.repeat(300_000) } };
    expect(failure(await api.post(PLUGINS, large))).toEqual([422, 'config_invalid', 'config']);
  });

  it('keys that nobody knows are passed over', async () => {
    const body = { name: 'extra', path: 'a.mjs', scope: 'global', version: 3, plugin: { nested: true } };
    expect((await api.post(`${PLUGINS}?trace=1`, body)).status).toBe(201);
    expect((await api.put(`${at('extra')}?x=1`, { isActive: true, id: 'other' })).status).toBe(200);
    expect((await api.delete(at('extra'))).status).toBe(200);
  });

  it('hooks that do not exist', async () => {
    expect(failure(await api.post(at('good', '/hooks/explode'), {}))).toEqual([
      400,
      'parameter_invalid',
      'hook',
    ]);
    expect(failure(await api.post(at('good', '/hooks/preMCPHook'), {}))).toEqual([
      404,
      'hook_not_found',
      'hook',
    ]);
  });
});
