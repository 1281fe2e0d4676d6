import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CatalogItem,
  CatalogOrigin,
  type CatalogPage,
  type CatalogSourceItem,
  generated,
} from '../support/catalog-origin.js';
import { failure, until } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PLUGINS = '/api/registry/plugins';
const LATER = {
  git: { repo: 'acme/plugin-later', v2: { version: 'v2.1.0', branch: 'next' } },
  npm: { repo: '@acme/plugin-later', v2: '2.1.0', v1: '1.9.9' },
  supports: { v1: true, v2: true },
  unheardOf: { deep: [1, { x: null }] },
};

describe('the catalogue', () => {
  let origin: CatalogOrigin;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let call: ReturnType<TestServer['client']>;
  beforeAll(async () => {
    origin = await CatalogOrigin.start();
    folder = await temporaryFolder();
    const file = join(folder.path, 'generated.json');
    const registry = {
      '@elizaos/plugin-garden': generated('acme/plugin-garden'),
      '@acme/plugin-Shout': generated('acme/plugin-shout'),
      '@acme/plugin-later': LATER,
      '@acme/plugin-unreleased': { git: null, npm: null, supports: null, description: null, topics: null },
      '@acme/plugin-shared': generated('acme/plugin-shared', { description: 'of the file' }),
      'header-policy': generated('acme/header-policy'),
    };
    await writeFile(file, JSON.stringify({ lastUpdatedAt: '2026-04-22T00:49:19.407Z', registry }, null, 1));
    origin.put('/index.json', {
      '@acme/plugin-shared': 'github:acme/plugin-shared',
      '@acme/plugin-nested': 'github:acme/mono#main:packages/nested',
      '@acme/plugin-elsewhere': 'gitlab:acme/elsewhere',
      '': '',
    });
    const sources = [
      { kind: 'eliza', file, label: 'file', priority: 10 },
      { kind: 'eliza', url: origin.at('/index.json'), label: 'index', priority: 20, token: 'sk-catalogue' },
    ];
    server = await TestServer.start({ env: { REGISTRY_SOURCES: JSON.stringify(sources) } });
    call = server.client();
    await call.post('/api/registry/refresh');
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
    await folder.remove();
  });

  const names = async (query = ''): Promise<string[]> =>
    (await call.get<CatalogPage>(PLUGINS + query)).body.plugins.map(({ name }) => name);
  const details = async (name: string): Promise<CatalogItem & Record<string, unknown>> =>
    (
      await call.get<{ plugin: CatalogItem & Record<string, unknown> }>(
        `${PLUGINS}/${encodeURIComponent(name)}`,
      )
    ).body.plugin;

  it('has what both dialects say, those last that cannot be installed', async () => {
    expect((await call.post('/api/registry/refresh')).body).toEqual({ ok: true, count: 7 });
    expect(await names()).toEqual([
      '@acme/plugin-later',
      '@acme/plugin-nested',
      '@acme/plugin-shared',
      '@elizaos/plugin-garden',
      'header-policy',
      '@acme/plugin-Shout',
      '@acme/plugin-unreleased',
    ]);
    expect((await call.get(`/api/registry/sources`)).body).toMatchObject({
      count: 2,
      sources: [
        { label: 'file', location: 'generated.json', entries: 6, skipped: 0, error: null },
        { label: 'index', entries: 2, skipped: 1, error: null },
      ],
    });
  });

  it('sends the token of a source, and asks for it again only where it has changed', async () => {
    origin.takeAsked();
    await call.post('/api/registry/refresh');
    const [asked] = origin.takeAsked();
    expect(asked?.headers).toMatchObject({
      authorization: 'Bearer sk-catalogue',
      'if-none-match': expect.any(String),
    });
    expect((await call.get('/api/registry/sources')).text).not.toContain('sk-catalogue');
  });

  it('tells the generations apart, by both names of the newest', async () => {
    const later = await details('@acme/plugin-later');
    expect(later).toMatchObject({
      npm: {
        package: '@acme/plugin-later',
        version: '2.1.0',
        v1Version: '1.9.9',
        v2Version: '2.1.0',
        v2CoreRange: null,
      },
      supports: { v0: false, v1: true, v2: true },
      git: { v2Branch: 'next' },
    });
    expect(await details('@elizaos/plugin-garden')).toMatchObject({
      displayName: 'Garden',
      npm: { package: '@elizaos/plugin-garden', version: '1.4.2', v0Version: '0.3.0', v1CoreRange: '^1.0.0' },
      supports: { v0: false, v1: true, v2: false },
      ...{ stars: 7, language: 'TypeScript', topics: ['garden', 'water'], installable: true, source: 'file' },
    });
  });

  it('says why something cannot be installed', async () => {
    expect(await details('@acme/plugin-unreleased')).toMatchObject({
      installable: false,
      notInstallable: expect.stringContaining('no version'),
    });
    expect((await details('@acme/plugin-Shout')).notInstallable).toContain('not a name that npm accepts');
  });

  it('finds by short names in one scope only', async () => {
    expect((await details('plugin-garden')).name).toBe('@elizaos/plugin-garden');
    expect((await details('garden')).name).toBe('@elizaos/plugin-garden');
    const missing = async (path: string): Promise<unknown> => failure(await call.get(PLUGINS + path));
    expect(await missing('/later')).toEqual([404, 'catalogue_entry_not_found', 'name']);
    expect(await missing('/%40evil%2Fgarden')).toEqual([404, 'catalogue_entry_not_found', 'name']);
    expect(await missing('/__proto__')).toEqual([404, 'catalogue_entry_not_found', 'name']);
    expect(await missing(`/${'x'.repeat(2_000)}`)).toEqual([404, 'catalogue_entry_not_found', 'name']);
    expect(await missing('/%E0%A4%A')).toEqual([400, 'parameter_invalid', '']);
    expect(await missing('/a%00b')).toEqual([400, 'field_invalid', 'name']);
  });

  it('shows the entry of the stronger source, and names them all', async () => {
    const shared = await details('@acme/plugin-shared');
    expect(shared).toMatchObject({ source: 'file', description: 'of the file' });
    expect(shared.sources).toEqual([
      { source: 'file', name: '@acme/plugin-shared', version: '1.4.2', shown: true },
      { source: 'index', name: '@acme/plugin-shared', version: null, shown: false },
    ]);
    expect(await details('@acme/plugin-nested')).toMatchObject({
      gitUrl: 'https://github.com/acme/mono.git',
      repository: 'https://github.com/acme/mono/tree/main/packages/nested',
    });
  });

  it('is filtered, and handed out page by page', async () => {
    expect(await names('?source=index')).toEqual(['@acme/plugin-nested']);
    expect(await names('?support=v2')).toEqual(['@acme/plugin-later']);
    expect(await names('?language=TypeScript&kind=agent&category=plugin')).toHaveLength(4);
    expect(await names('?installed=true')).toEqual([]);
    expect(await names('?installed=false')).toHaveLength(7);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: CatalogPage } = await call.get(
        `${PLUGINS}?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      paged.push(...body.plugins.map(({ name }) => name));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(await names());
    expect(failure(await call.get(`${PLUGINS}?cursor=MQ`))).toEqual([400, 'parameter_invalid', 'cursor']);
    expect(failure(await call.get(`${PLUGINS}?limit=1001`))).toEqual([400, 'field_invalid', 'limit']);
    expect(failure(await call.get(`${PLUGINS}?kind=x`))).toEqual([400, 'field_invalid', 'kind']);
  });

  it('is not sent again to those who have it', async () => {
    const etag = (await call.get(PLUGINS)).headers.get('etag') ?? '';
    expect((await call.get(PLUGINS, undefined, { 'if-none-match': etag })).status).toBe(304);
    origin.put('/index.json', { '@acme/plugin-fresh': 'github:acme/fresh' });
    await call.post('/api/registry/refresh');
    const again = await call.get<CatalogPage>(PLUGINS, undefined, { 'if-none-match': etag });
    expect(again.status).toBe(200);
    expect(again.body.plugins.map(({ name }) => name)).toContain('@acme/plugin-fresh');
    expect(again.body.plugins.map(({ name }) => name)).not.toContain('@acme/plugin-nested');
  });

  it('is refreshed once for all who ask at the same time, on record and announced', async () => {
    origin.put('/index.json', { '@acme/plugin-recorded': 'github:acme/recorded' });
    const jobs = async (): Promise<number> =>
      (await call.get<{ count: number }>('/api/jobs?kind=catalogue-refresh&limit=100')).body.count;
    const before = await jobs();
    const answers = await Promise.all([1, 2, 3].map(() => call.post('/api/registry/refresh')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await jobs()).toBeLessThan(before + 3);
    expect((await call.get('/api/audit?target=index&limit=1')).body).toMatchObject({
      entries: [
        {
          ...{ action: 'registry.refresh', targetType: 'catalogue' },
          after: { entries: 1, written: 1, removed: 1, skipped: 0 },
        },
      ],
    });
    const events = await fetch(`${server.url}/api/events?once=true&lastEventId=0`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(await events.text()).toContain('event: registry.refreshed');
  });

  it('is read anew for those who ask while an older reading is under way', async () => {
    const release = await new Promise<() => void>((asked) => {
      origin.put('/index.json', (_, response) =>
        asked(() => response.writeHead(200).end('{"@acme/plugin-older":"github:acme/older"}')),
      );
      void call.post('/api/registry/refresh');
    });
    origin.put('/index.json', { '@acme/plugin-newer': 'github:acme/newer' });
    const refreshing = call.post('/api/registry/refresh');
    await until(server, '/api/jobs?kind=catalogue-refresh&state=queued', ({ text }) =>
      text.includes('"queued"'),
    );
    release();
    expect((await refreshing).status).toBe(200);
    expect(await names()).toContain('@acme/plugin-newer');
  });

  it('keeps what a source said when it fails, and tells the cause', async () => {
    const before = await names();
    for (const [answer, cause] of [
      ['<html>Sorry</html>', 'not a JSON object'],
      ['{"a":"github:b/c"', 'breaks off'],
      [{ '@acme/plugin-x': 'nowhere' }, 'names no plugin'],
      [{}, 'names no plugin'],
    ] as const) {
      origin.put('/index.json', answer);
      const refused = await call.post<{ error: { code: string; message: string } }>('/api/registry/refresh');
      expect(refused.status).toBe(502);
      expect(refused.body.error).toMatchObject({
        code: 'catalogue_refresh_failed',
        message: expect.stringMatching(new RegExp(`^1 of 2 .*index: .*${cause}`)),
      });
      const { sources } = (await call.get<{ sources: CatalogSourceItem[] }>('/api/registry/sources')).body;
      expect(sources.find(({ label }) => label === 'index')).toMatchObject({
        entries: 1,
        error: expect.any(String),
      });
    }
    expect(await names()).toEqual(before);
  });

  it('is read by those who may read it, and refreshed by those who may change it', async () => {
    const created = await call.post<{ key: string }>('/api/auth/virtual-keys', { name: 'reader' });
    const reader = server.client(created.body.key);
    expect((await reader.get(PLUGINS)).status).toBe(200);
    expect((await reader.post('/api/registry/refresh')).status).toBe(403);
    expect((await server.client('').get(PLUGINS)).status).toBe(401);
  });
});
