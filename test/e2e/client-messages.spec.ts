import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { answering, at, type Changed, type Failed, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

describe('what existing clients go by', () => {
  let server: TestServer;
  let api: Client;
  beforeAll(async () => {
    server = await TestServer.start({ env: { PLUGIN_ROOT: '/x' } });
    api = server.client();
    await server.plugin('a.mjs', answering('a'));
    await server.plugin('native.so', `\x7fELF\x02\x01\x01${'\0'.repeat(100)}`);
    await api.post(PLUGINS, { name: 'weather', path: 'a.mjs' });
  });
  afterAll(() => server.stop());

  const messageOf = ({ body }: { body: unknown }): string => (body as Failed).error.message;

  it('a plugin that is not there', async () => {
    expect(messageOf(await api.get(at('nobody')))).toBe('Plugin not found: nobody');
    expect(messageOf(await api.put(at('nobody'), {}))).toBe('Plugin not found: nobody');
    expect(messageOf(await api.post(at('nobody', '/test'), {}))).toBe('Plugin not found: nobody');
  });

  it('a name that is written wrongly', async () => {
    for (const response of [
      await api.get(at('waether')),
      await api.put(at('Weathr'), {}),
      await api.delete(at('weatherr')),
      await api.post(at('wether', '/hooks/preLLMHook'), {}),
    ])
      expect(messageOf(response)).toMatch(/^Plugin not found: \w+\. Did you mean "weather"\?$/);
  });

  it('a name written wrongly by who may not see the others', async () => {
    const { key } = (
      await api.post<{ key: string }>('/api/auth/virtual-keys', { name: 'blind', scopes: ['plugins:write'] })
    ).body;
    const blind = server.client(key);
    expect(messageOf(await blind.put(at('waether'), {}))).toBe('Plugin not found: waether');
    expect(messageOf(await blind.post(at('waether', '/hooks/preLLMHook'), {}))).toBe(
      'Plugin not found: waether',
    );
  });

  it('a registry that there is not, a native library, a name that npm would not take', async () => {
    expect(messageOf(await api.post('/api/registry/register', {}))).toContain('not configured');
    expect(messageOf(await api.post(PLUGINS, { name: 'n', path: 'native.so' }))).toContain('not supported');
    expect(messageOf(await api.post('/api/plugins/install', { name: 'Not A Name' }))).toContain(
      'Invalid plugin name format',
    );
    for (const path of ['install', 'uninstall', 'core/toggle'])
      expect(messageOf(await api.post(`/api/plugins/${path}`, { enabled: true }))).toContain(
        "must include 'name'",
      );
  });

  it('the log names variables that are misspelt settings', () => {
    expect(server.printed).toContain(
      'The environment has PLUGIN_ROOT, which is no setting: did you mean PLUGIN_ROOTS?',
    );
  });

  it('an actual name, whether it was ever loaded or not', async () => {
    const read = async (): Promise<string> => (await api.get<PluginDto>(at('weather'))).body.actualName;
    expect(await read()).toBe('weather');
    expect((await api.put<Changed>(at('weather'), { enabled: true })).body.plugin.actualName).toBe(
      'Answerer',
    );
    expect((await api.put<Changed>(at('weather'), { enabled: false })).body.plugin.actualName).toBe(
      'Answerer',
    );
    expect(await read()).toBe('Answerer');
  });
});
