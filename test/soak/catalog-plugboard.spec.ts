import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ARTIFACTS, ArtifactWorld, packed, type Published } from '../support/artifact-world.js';
import type { CatalogItem, CatalogPage, CatalogSourceItem } from '../support/catalog-origin.js';
import { failure, hook, PLUGINS, until } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

describe('what another Plugboard has published', () => {
  let there: ArtifactWorld;
  let here: TestServer;
  let shipper: Published;
  beforeAll(async () => {
    there = await ArtifactWorld.open();
    const key = { name: 'catalogue', scopes: ['registry:read'] };
    const { body } = await there.api.post<{ key: string }>('/api/auth/virtual-keys', key);
    const sources = [{ kind: 'plugboard', url: there.server.url, label: 'there', token: body.key }];
    const env = { REGISTRY_SOURCES: JSON.stringify(sources), OUTBOUND_ALLOW: '127.0.0.1' };
    here = await TestServer.start({ env });
    await there.looked(
      await there.publish('/1.tgz', packed('one'), { name: 'log-shipper', pluginType: 'log' }),
    );
    shipper = await there.looked(
      await there.publish('/2.tgz', packed('two'), {
        ...{ name: 'log-shipper', version: '1.2.0', pluginType: 'log' },
        description: 'Ships logs to a warehouse.',
      }),
    );
    await there.publish('/3.tgz', packed('three'), { name: 'guard', pluginType: 'gateway' });
  });
  afterAll(async () => {
    await here.stop();
    await there.close();
  });

  const refreshed = async (): Promise<Map<string, CatalogItem>> => {
    const refresh = await here.client().post('/api/registry/refresh');
    if (refresh.status !== 200) throw new Error(refresh.text);
    const { body } = await here.client().get<CatalogPage>('/api/registry/plugins');
    return new Map(body.plugins.map((item) => [item.name, item]));
  };

  it('is listed and found here, each name once, with its newest version', async () => {
    const entries = await refreshed();
    expect([...entries.keys()]).toEqual(['guard', 'log-shipper']);
    expect(entries.get('log-shipper')).toMatchObject({
      ...{ kind: 'collector', category: 'log', source: 'there', installable: false },
      ...{ description: 'Ships logs to a warehouse.', npm: { package: null, version: '1.2.0' } },
    });
    expect(entries.get('guard')).toMatchObject({ kind: 'gateway' });
    const found = await here.client().get<{ results: { name: string }[] }>('/api/registry/search?q=warehose');
    expect(found.body.results.map(({ name }) => name)).toEqual(['log-shipper']);
  });

  it('is not taken for what has the same name on npm, and says what to do', async () => {
    const refused = await here.client().post(`${PLUGINS}/install`, { name: 'log-shipper' });
    expect(failure(refused)).toEqual([422, 'not_installable', 'name']);
    expect(refused.text).toContain('publish it here');
  });

  it('changes here as it changes there: deprecated, yanked, deleted, back again', async () => {
    const at = `${ARTIFACTS}/${shipper.id}`;
    await there.api.patch(at, { status: 'deprecated', statusMessage: 'Loses lines.' });
    expect((await refreshed()).get('log-shipper')).toMatchObject({ deprecated: 'Loses lines.' });
    await there.api.patch(at, { status: 'yanked' });
    expect((await refreshed()).get('log-shipper')).toMatchObject({ npm: { version: '1.0.0' } });
    const { body } = await there.api.get<{ plugins: Published[] }>(`${ARTIFACTS}?name=log-shipper`);
    for (const { id } of body.plugins) await there.api.delete(`${ARTIFACTS}/${id}`);
    expect([...(await refreshed()).keys()]).toEqual(['guard']);
    await there.publish('/1.tgz', packed('one'), { name: 'log-shipper', pluginType: 'log' });
    expect((await refreshed()).get('log-shipper')).toMatchObject({ npm: { version: '1.0.0' } });
  });

  it('is installed once it is published here too, and then stands before what is said there', async () => {
    const { body } = await there.api.get<{ plugins: Published[] }>(`${ARTIFACTS}?name=guard`);
    const [{ name, version, pluginType, pluginRuntime, artifactUrl, checksum } = shipper] = body.plugins;
    const record = { name, version, pluginType, pluginRuntime, artifactUrl, checksum };
    const published = (await here.client().post<Published>(ARTIFACTS, record)).body;
    await until(here, `${ARTIFACTS}/${published.id}`, ({ text }) => text.includes('"verified"'));
    expect((await here.client().post(`${PLUGINS}/install`, { name: 'guard' })).status).toBe(200);
    expect(await hook(here.client(), 'guard')).toMatchObject({ answer: 'three' });
    expect((await refreshed()).get('guard')).toMatchObject({
      ...{ source: 'published', installable: true, installed: true, installedVersion: '1.0.0' },
    });
  });

  it('stays on record here while the other is away', async () => {
    await there.server.end('SIGKILL');
    expect((await here.client().post('/api/registry/refresh')).status).toBe(502);
    const { body } = await here.client().get<CatalogPage>('/api/registry/plugins');
    expect(body.plugins.map(({ name }) => name)).toEqual(['guard', 'log-shipper']);
    const { sources } = (await here.client().get<{ sources: CatalogSourceItem[] }>('/api/registry/sources'))
      .body;
    expect(sources).toMatchObject([{ label: 'there', error: expect.stringContaining('ECONNREFUSED') }]);
  });
});
