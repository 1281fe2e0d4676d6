import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JobPageDto } from '../../src/platform/jobs/job.dto.js';
import { CatalogOrigin, type CatalogPage, generated } from '../support/catalog-origin.js';
import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';

const catalogue = (...names: string[]): object => ({
  registry: Object.fromEntries(names.map((name) => [`@acme/plugin-${name}`, generated(`acme/${name}`)])),
});

let origin: CatalogOrigin;
let fleet: Fleet;
beforeAll(async () => {
  origin = await CatalogOrigin.start();
  origin.put('/c.json', catalogue('garden'));
  const sources = [{ kind: 'eliza', url: origin.at('/c.json'), label: 'one', priority: 1 }];
  fleet = await Fleet.open(2, { REGISTRY_SOURCES: JSON.stringify(sources), OUTBOUND_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await fleet.close();
  await origin.close();
});

const names = async (n: number): Promise<string[]> => {
  const { body } = await fleet.api(n).get<CatalogPage>('/api/registry/plugins');
  return body.plugins.map(({ name }) => name).filter((name) => name.startsWith('@acme/'));
};

it('reads the catalogue once for all servers, and a refresh whose server is killed is finished by another', async () => {
  await eventually(async () => {
    for (const n of [0, 1]) expect(await names(n)).toEqual(['@acme/plugin-garden']);
  }, 30_000);
  expect(origin.takeAsked()).toHaveLength(1);
  const asked = new Promise<void>((resolve) => {
    origin.put('/c.json', (_, response) => {
      // Begun and never ended.
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"registry":{');
      resolve();
    });
  });
  const refreshing = fleet
    .api(0)
    .post('/api/registry/refresh')
    .then(
      () => 'answered',
      () => 'broken off',
    );
  await asked;
  const { body: running } = await fleet.api(1).get<JobPageDto>('/api/jobs?state=running');
  const [job] = running.jobs;
  const victim = (await fleet.nodes(1)).find(({ id }) => id === job?.nodeId)?.name === 'node-0' ? 0 : 1;
  const survivor = 1 - victim;
  await fleet.server(victim).end('SIGKILL');
  expect(await names(survivor)).toEqual(['@acme/plugin-garden']);
  origin.put('/c.json', catalogue('garden', 'kitchen'));
  await eventually(
    async () => expect(await names(survivor)).toEqual(['@acme/plugin-garden', '@acme/plugin-kitchen']),
    60_000,
  );
  await fleet.start(victim);
  expect(await names(victim)).toEqual(['@acme/plugin-garden', '@acme/plugin-kitchen']);
  await refreshing;
});
