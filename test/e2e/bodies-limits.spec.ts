import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { at, type Changed, failure, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const keys = (count: number): string =>
  Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join(',');

describe('bodies that would hold up the server', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await api.post(PLUGINS, { name: 'kept' });
  });
  afterAll(() => server.stop());

  it.each([
    ['keys that no operation knows', `{${keys(108_000)}}`, 'body_too_complex', ''],
    [
      'keys in free-form settings',
      `{"config":{"a":[1,{${keys(108_000)}}]}}`,
      'body_too_complex',
      'config.a.1',
    ],
    ['keys of a field that is a text', `{"path":{${keys(108_000)}}}`, 'body_too_complex', 'path'],
    ['small objects', `{"x":[${Array(100_000).fill('{"a":1}').join(',')}]}`, 'body_too_complex', 'x.24998.a'],
    ['levels', `{"config":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 'body_too_deep', ''],
  ])('refuses too many %s before it parses them', async (_what, body, code, path) => {
    const [status, found, param] = failure(await api.put(at('kept'), body, JSON_TYPE));
    expect([status, found]).toEqual([400, code]);
    if (path !== '') expect(param).toBe(path);
  });

  it('refuses them in UTF-16 too, and of callers who may do little', async () => {
    const { key } = (
      await api.post<{ key: string }>('/api/auth/virtual-keys', { name: 'k', scopes: ['plugins:read'] })
    ).body;
    const body = Buffer.from(`{${keys(2_000)}}`, 'utf16le');
    const type = { 'content-type': 'application/json; charset=utf-16le' };
    expect(failure(await server.client(key).post('/api/auth/token', body, type))[1]).toBe('body_too_complex');
    const good = Buffer.from('{"order":3}', 'utf16le');
    expect((await api.put<Changed>(at('kept'), good, type)).body.plugin.order).toBe(3);
    const other = { 'content-type': 'application/json; charset=utf-32' };
    expect(failure(await api.put(at('kept'), good, other))[0]).toBe(415);
  });

  it('keeps free-form values as they were sent, and passes over a thousand unknown keys', async () => {
    const config = {
      list: [[], {}, { type: 'x', then: null }],
      nested: { constructorName: { '': 0 } },
      text: 'é',
    };
    await api.put(at('kept'), `{${keys(900)},"config":${JSON.stringify(config)}}`, JSON_TYPE);
    const { body } = await api.get<PluginDto>(at('kept'));
    expect(body.config).toEqual(config);
  });

  it('passes over a query of a thousand keys', async () => {
    const query = Array.from({ length: 2_000 }, (_, i) => `a${i}=1`).join('&');
    expect((await api.get(`${PLUGINS}?limit=1&${query}`)).status).toBe(200);
  });
});
