import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CatalogOrigin, type CatalogPage, generated } from '../support/catalog-origin.js';
import { answerer, InstallationWorld } from '../support/installation-world.js';

const NAME = '@acme/plugin-answerer';

/** An entry that names these versions, by generation. */
const naming = (repo: string, [v0, v1, alpha]: (string | null)[]): object =>
  generated(repo, { npm: { repo: null, v0, v1, alpha }, supports: { v0: true, v1: true, alpha: true } });

let catalogues: CatalogOrigin;
let world: InstallationWorld;
beforeAll(async () => {
  catalogues = await CatalogOrigin.start();
  catalogues.put('/catalogue', {
    registry: {
      [NAME]: naming(NAME, ['0.9.0', '1.0.0', '2.0.0-alpha.16']),
      '@acme/plugin-moved': naming('@acme/plugin-moved', ['0.1.0', '0.2.0', '0.3.0']),
      '@acme/plugin-LOUD': naming('@acme/plugin-LOUD', [null, '1.0.0', null]),
      '@acme/plugin-unreleased': naming('@acme/plugin-unreleased', [null, null, null]),
    },
  });
  const sources = JSON.stringify([{ kind: 'eliza', url: catalogues.at('/catalogue') }]);
  world = await InstallationWorld.open({ REGISTRY_SOURCES: sources, OUTBOUND_ALLOW: '127.0.0.1' });
  world.registry.publish(answerer('1.0.0')).publish(answerer('1.4.2'));
  world.registry.publish(answerer('7.0.0', { name: '@acme/plugin-moved' }));
  await world.api.post('/api/registry/refresh');
});
afterAll(async () => {
  await world.close();
  await catalogues.close();
});

it('installs another version that the catalogue names where npm lacks the pinned one, and says so', async () => {
  const warning = {
    code: 'catalogue_version',
    package: `${NAME}@1.0.0`,
    message: `npm has no ${NAME}@2.0.0-alpha.16, the version that the catalogue names; 1.0.0 takes its place.`,
  };
  const pinned = { name: NAME, version: '2.0.0-alpha.16' };
  const plan = (await world.install({ ...pinned, dryRun: true })).body as unknown as { warnings: object[] };
  expect(plan.warnings).toContainEqual(warning);
  const { status, body } = await world.install(pinned);
  expect(status).toBe(200);
  expect(body).toMatchObject({ plugin: { version: '1.0.0' }, warnings: [warning] });
  const { plugins } = (await world.api.get<CatalogPage>('/api/registry/plugins')).body;
  expect(plugins).toContainEqual(
    expect.objectContaining({ name: NAME, installed: true, installedVersion: '1.0.0', loaded: true }),
  );
});

it('takes the latest of npm where it has none of the versions that the catalogue names', async () => {
  const { body } = await world.install({ name: '@acme/plugin-moved', version: '0.3.0' });
  expect(body).toMatchObject({ plugin: { version: '7.0.0' }, warnings: [{ code: 'catalogue_version' }] });
});

it('takes no other version for one that the catalogue does not name', async () => {
  const { status, body } = await world.install({ name: NAME, version: '9.9.9' });
  expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'version_not_found' });
});

it.each([
  ['@acme/plugin-LOUD', 'npm'],
  ['@acme/plugin-unreleased', 'npm'],
])('says why %s cannot be installed', async (name, word) => {
  const { status, body } = await world.install({ name });
  expect({ status, code: body.error.code }).toEqual({ status: 422, code: 'not_installable' });
  expect(body.error.message).toContain(`"${name}" is in the catalogue, but cannot be installed: `);
  expect(body.error.message).toContain(word);
});

it('answers that npm has no such package where only a longer name is in the catalogue', async () => {
  const { status, body } = await world.install({ name: 'plugin-answerer' });
  expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'package_not_found' });
});
