import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type CatalogItem, CatalogOrigin, type CatalogPage, generated } from '../support/catalog-origin.js';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { at } from '../support/plugins-api.js';

const NAME = '@acme/plugin-answerer';
const LIST = '/api/registry/plugins';

let origin: CatalogOrigin;
let world: InstallationWorld;
beforeAll(async () => {
  origin = await CatalogOrigin.start();
  origin.put('/catalogue', {
    registry: {
      [NAME]: generated('acme/answerer'),
      alias: generated('acme/alias', { npm: { repo: NAME, v1: '1.0.0' } }),
      other: generated('acme/other'),
    },
  });
  const sources = JSON.stringify([{ kind: 'eliza', url: origin.at('/catalogue') }]);
  world = await InstallationWorld.open({ REGISTRY_SOURCES: sources });
  world.registry.publish(answerer('1.0.0')).publish(answerer('1.4.2'));
  await world.api.post('/api/registry/refresh');
});
afterAll(async () => {
  await world.close();
  await origin.close();
});

const ABSENT = { installed: false, installedVersion: null, loaded: false, bundled: false };

async function states(): Promise<Record<string, object>> {
  const { plugins } = (await world.api.get<CatalogPage>(LIST)).body;
  const stateOf = (plugin: CatalogItem): object =>
    Object.fromEntries(Object.keys(ABSENT).map((key) => [key, plugin[key as keyof CatalogItem]]));
  return Object.fromEntries(plugins.map((plugin) => [plugin.name, stateOf(plugin)]));
}

it('the catalogue tells exactly what is installed, in which version, and what runs', async () => {
  await world.server.plugin('other.mjs', `export const getName = () => 'other';`);
  await world.api.post('/api/plugins', { name: 'other', path: 'other.mjs', enabled: true });
  expect(await states()).toEqual({ [NAME]: ABSENT, alias: ABSENT, other: ABSENT });

  await world.install({ name: NAME, version: '1.0.0' });
  const running = { installed: true, installedVersion: '1.0.0', loaded: true, bundled: false };
  expect(await states()).toEqual({ [NAME]: running, alias: running, other: ABSENT });
  const { headers } = await world.api.get(LIST);

  await world.api.put(at('answerer'), { enabled: false });
  expect(await states()).toMatchObject({ [NAME]: { ...running, loaded: false } });
  const again = await world.api.get(LIST, undefined, { 'if-none-match': headers.get('etag') ?? '' });
  expect(again.status).toBe(200);

  await world.install({ name: NAME, version: '1.4.2' });
  expect(await states()).toMatchObject({ [NAME]: { installedVersion: '1.4.2', installed: true } });
  const names = async (query: string): Promise<string[]> =>
    (await world.api.get<CatalogPage>(LIST + query)).body.plugins.map(({ name }) => name);
  expect(await names('?installed=true')).toEqual([NAME, 'alias']);
  expect(await names('?installed=false')).toEqual(['other']);
  expect((await world.api.get(`${LIST}/${encodeURIComponent(NAME)}`)).body).toMatchObject({
    plugin: { installed: true, installedVersion: '1.4.2', loaded: false },
  });

  await world.api.post('/api/plugins/uninstall', { name: NAME });
  expect(await states()).toEqual({ [NAME]: ABSENT, alias: ABSENT, other: ABSENT });
});
