import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CoreList, npmNameOf, publishCore } from '../support/core-packages.js';
import type { Client } from '../support/http.js';
import { at, failure, PLUGINS, type PluginDto } from '../support/plugins-api.js';
import { TestRegistry } from '../support/registry.js';
import { TestServer } from '../support/server.js';

const TOGGLE = `${PLUGINS}/core/toggle`;

let registry: TestRegistry;
let server: TestServer;
let api: Client;
beforeAll(async () => {
  registry = await TestRegistry.start();
  publishCore(registry, 'sql');
  server = await TestServer.start({ env: { NPM_REGISTRY: registry.url } });
  api = server.client();
  expect((await api.post(TOGGLE, { name: 'sql', enabled: true })).status).toBe(200);
});
afterAll(async () => {
  await server.stop();
  await registry.close();
});

describe('a required core plugin', () => {
  let before: PluginDto;
  beforeEach(async () => {
    before = (await api.get<PluginDto>(at('sql'))).body;
    expect(before).toMatchObject({ enabled: true, isActive: true });
  });

  const untouched = async (): Promise<void> => {
    const { body } = await api.get<PluginDto>(at('sql'));
    expect(body).toMatchObject({ enabled: true, isActive: true, revision: before.revision });
  };

  it('is loaded once it is turned on', async () => {
    const { body } = await api.get<CoreList>(`${PLUGINS}/core`);
    const sql = body.core.find(({ name }) => name === 'sql');
    expect(sql).toMatchObject({ installed: true, loaded: true, enabled: true, required: true });
  });

  it.each([
    ['deleted', (): ReturnType<Client['get']> => api.delete(at('sql'))],
    ['deleted by its npm name', () => api.delete(at(npmNameOf('sql')))],
    ['uninstalled', () => api.post(`${PLUGINS}/uninstall`, { name: npmNameOf('sql') })],
    ['purged', () => api.post(`${PLUGINS}/uninstall`, { name: npmNameOf('sql'), purge: true })],
    ['disabled by PUT', () => api.put(at('sql'), { enabled: false })],
    ['disabled by PATCH', () => api.patch(at('sql'), { enabled: false, order: 3 })],
    [
      'disabled by its installation',
      () => api.post(`${PLUGINS}/install`, { name: npmNameOf('sql'), enable: false }),
    ],
    [
      'disabled by an installation that nobody waits for',
      () =>
        api.post(
          `${PLUGINS}/install`,
          { name: npmNameOf('sql'), enable: false },
          { prefer: 'respond-async' },
        ),
    ],
  ])('is not %s', async (_, attempt) => {
    const [status, code] = failure(await attempt());
    expect([status, code]).toEqual([409, 'plugin_required']);
    await untouched();
  });

  it('is not turned off', async () => {
    expect(failure(await api.post(TOGGLE, { name: 'sql', enabled: false }))[1]).toBe('core_required');
    await untouched();
  });

  it('is changed, reloaded and updated like any other', async () => {
    expect((await api.put(at('sql'), { enabled: true, order: 7 })).status).toBe(200);
    publishCore(registry, 'sql', '1.1.0');
    expect((await api.post(`${PLUGINS}/install`, { name: npmNameOf('sql') })).status).toBe(200);
    expect((await api.get<PluginDto>(at('sql'))).body).toMatchObject({ version: '1.1.0', isActive: true });
  });
});
