import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CatalogOrigin, type CatalogPage } from '../support/catalog-origin.js';
import { TestServer } from '../support/server.js';

const OFFICIAL = 'io.modelcontextprotocol.registry/official';

const ON_NPM = { registryType: 'npm', identifier: '@acme/weather-mcp', version: '1.0.2' };

/** An item of the registry of MCP servers in its present form, invented. */
const mcp = (name: string, official: object = {}, fields: object = {}): object => ({
  server: {
    name,
    description: 'Reads the weather',
    version: '1.0.2',
    repository: { url: 'https://github.com/acme/weather', source: 'github' },
    packages: [{ registryType: 'oci', identifier: 'acme/weather' }, ON_NPM],
    ...fields,
  },
  _meta: { [OFFICIAL]: { status: 'active', isLatest: true, ...official } },
});

/** A record of a server of this kind. */
const record = (name: string, version: string, fields: object = {}): object => ({
  ...{ id: `${name}@${version}`, name, version, pluginType: 'metric', pluginRuntime: 'node' },
  ...{ artifactUrl: 'https://plants.example/a.tgz', status: 'active', ...fields },
});

describe('a catalogue behind an API', () => {
  let origin: CatalogOrigin;
  let server: TestServer;
  let call: ReturnType<TestServer['client']>;
  beforeAll(async () => {
    origin = await CatalogOrigin.start();
    const sources = [
      { kind: 'npm', url: origin.at('/npm'), keyword: 'garden-plugin' },
      { kind: 'mcp', url: origin.at('/mcp/') },
      { kind: 'mcp', label: 'present', url: origin.at('/present/v0.1/servers') },
      { kind: 'plugboard', url: origin.at('/board'), token: 'sk-bf-board' },
    ];
    origin.put('/npm/-/v1/search', { objects: [], total: 0 });
    origin.put('/mcp/v0/servers', { servers: null, metadata: null });
    origin.put('/present/v0.1/servers', { servers: [], metadata: {} });
    origin.put('/board/api/v1/plugins', { plugins: [], nextCursor: null });
    server = await TestServer.start({ env: { REGISTRY_SOURCES: JSON.stringify(sources) } });
    call = server.client();
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
  });

  /** The plugins of a source after a refresh, and what it was asked for. */
  async function refreshed(source: string): Promise<{ plugins: CatalogPage['plugins']; asked: string[] }> {
    // One that has begun already is joined, and may have asked before the answers were exchanged.
    await call.post('/api/registry/refresh');
    origin.takeAsked();
    const answer = await call.post('/api/registry/refresh');
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    const { body } = await call.get<CatalogPage>(`/api/registry/plugins?source=${source}`);
    const asked = origin.takeAsked().map(({ url }) => decodeURIComponent(url));
    return {
      plugins: body.plugins,
      asked: asked.filter((url) => url.startsWith(`/${source.replace('plugboard', 'board')}`)),
    };
  }

  it('of npm is searched by keyword, page by page', async () => {
    const found = (i: number): object => ({
      package: {
        name: `garden-plugin-${i}`,
        version: '0.4.0',
        description: 'Grows',
        keywords: ['garden-plugin'],
        publisher: { username: 'gardener' },
        links: { repository: 'git+https://github.com/acme/garden.git', homepage: null },
      },
    });
    origin.put('/npm/-/v1/search', (request, response) => {
      const from = Number(new URL(request.url ?? '', 'http://x').searchParams.get('from'));
      const objects = Array.from({ length: Math.min(250, 300 - from) }, (_, i) => found(from + i));
      response.end(
        JSON.stringify({ objects: [...objects, ...(from > 0 ? [{ package: null }] : [])], total: 300 }),
      );
    });
    const { plugins, asked } = await refreshed('npm');
    expect(plugins).toHaveLength(300);
    expect(plugins[0]).toMatchObject({
      ...{ name: 'garden-plugin-0', kind: 'agent', gitRepo: 'acme/garden', installable: true },
      npm: { package: 'garden-plugin-0', version: '0.4.0', v0Version: '0.4.0', v1Version: null },
    });
    expect(asked).toEqual([
      '/npm/-/v1/search?text=keywords:garden-plugin&size=250&from=0',
      '/npm/-/v1/search?text=keywords:garden-plugin&size=250&from=250',
    ]);
    expect((await call.get('/api/registry/sources')).body).toMatchObject({
      sources: expect.arrayContaining([expect.objectContaining({ label: 'npm', entries: 300, skipped: 1 })]),
    });
  });

  it('of MCP servers is walked by its cursor, in both of its forms, and then asked for changes', async () => {
    const old = {
      ...{ name: 'io.github.acme/old', description: 'Of the first form', status: 'deprecated' },
      packages: [{ registry_name: 'npm', name: 'acme-old', version: '0.1.0' }],
      _meta: { [OFFICIAL]: { is_latest: true } },
    };
    const second = {
      servers: [old, mcp('io.github.acme/weather', { isLatest: false }, { version: '0.9.0' })],
    };
    let change: object = {};
    origin.put('/mcp/v0/servers', (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const first = {
        servers: [mcp('io.github.acme/weather'), mcp('io.github.acme/remote', {}, { packages: [] })],
      };
      const page =
        query.get('cursor') === 'two'
          ? { ...second, metadata: { next_cursor: '' } }
          : { ...first, metadata: { nextCursor: 'two', count: 2 } };
      response.end(JSON.stringify(query.has('updated_since') ? change : page));
    });
    // The very first reading was of an empty registry: only what has changed since is asked for.
    change = {
      servers: [mcp('io.github.acme/weather'), old, mcp('io.github.acme/remote', {}, { packages: [] })],
    };
    const latest = (version: string): void =>
      origin.put(
        '/mcp/v0/servers/io.github.acme%2Fweather/versions/latest',
        mcp('io.github.acme/weather', {}, { packages: [{ ...ON_NPM, version }] }),
      );
    latest('1.0.2');
    origin.put(
      '/mcp/v0/servers/io.github.acme%2Fremote/versions/latest',
      mcp('io.github.acme/remote', {}, { packages: [] }),
    );
    const { plugins, asked } = await refreshed('mcp');
    expect(plugins).toMatchObject([
      {
        name: 'io.github.acme/old',
        deprecated: expect.any(String),
        npm: { package: 'acme-old', version: '0.1.0' },
      },
      {
        ...{ name: 'io.github.acme/weather', kind: 'mcp', displayName: 'Weather', gitRepo: 'acme/weather' },
        npm: {
          package: '@acme/weather-mcp',
          version: '1.0.2',
          v0Version: null,
          v1Version: null,
          v2Version: null,
        },
      },
      {
        name: 'io.github.acme/remote',
        installable: false,
        notInstallable: expect.stringContaining('no npm package'),
      },
    ]);
    expect(asked).toEqual([
      expect.stringMatching(/^\/mcp\/v0\.1\/servers\?updated_since=20/),
      expect.stringMatching(/^\/mcp\/v0\/servers\?updated_since=20[^&]*&limit=100$/),
      '/mcp/v0/servers/io.github.acme/weather/versions/latest',
      '/mcp/v0/servers/io.github.acme/remote/versions/latest',
    ]);
    // The deleted version was the latest; the registry leaves the flag on it, and has another.
    change = { servers: [mcp('io.github.acme/weather', { status: 'deleted' })] };
    latest('1.0.1');
    expect((await refreshed('mcp')).plugins[1]).toMatchObject({
      name: 'io.github.acme/weather',
      npm: { version: '1.0.1' },
    });
    origin.put('/mcp/v0/servers/io.github.acme%2Fweather/versions/latest', (_, response) => {
      response.writeHead(404).end();
    });
    change = { servers: [mcp('io.github.acme/weather', { status: 'deleted' })] };
    expect((await refreshed('mcp')).plugins.map(({ name }) => name)).toEqual([
      'io.github.acme/old',
      'io.github.acme/remote',
    ]);
  });

  it('of MCP servers is kept as it is, and marks what another registry has under a name', async () => {
    const elsewhere = { ...ON_NPM, registryBaseUrl: 'https://npm.acme.example/' };
    const remote = { packages: [], remotes: [{ type: 'streamable-http', url: 'https://x.example/mcp' }] };
    const listed = [
      mcp('io.github.acme/private', {}, { packages: [elsewhere] }),
      mcp('io.github.acme/far', {}, remote),
    ];
    for (const one of listed) {
      const { server: named } = one as { server: { name: string } };
      origin.put(`/present/v0.1/servers/${encodeURIComponent(named.name)}/versions/latest`, one);
    }
    origin.put('/present/v0.1/servers', { servers: listed, metadata: {} });
    const { plugins } = await refreshed('present');
    expect(plugins).toMatchObject([
      { name: 'io.github.acme/far', installable: false, npm: { package: null, version: '1.0.2' } },
      {
        ...{ name: 'io.github.acme/private', installable: false, npm: { package: null } },
        notInstallable: expect.stringContaining('@acme:registry=https://npm.acme.example/'),
      },
    ]);
    const { body } = await call.get('/api/registry/plugins/io.github.acme%2Ffar');
    expect(body).toMatchObject({ plugin: { server: { version: '1.0.2', ...remote } } });
  });

  it('of another server of this kind has the newest version that is there, and tombstones take away', async () => {
    let records: { name: string; version: string; status: string }[] = [];
    const put = (...given: object[]): void => void (records = given as typeof records);
    origin.put('/board/api/v1/plugins', (request, response) => {
      const name = new URL(request.url ?? '', 'http://x').searchParams.get('name');
      const plugins = records.filter((one) => name === null || one.name === name);
      response.end(JSON.stringify({ plugins, nextCursor: null }));
    });
    put(
      record('cpu-collector', '1.10.0'),
      record('cpu-collector', '1.9.0'),
      record('cpu-collector', '2.0.0', { status: 'yanked' }),
      record('disk-collector', '1.0.0', { status: 'deprecated', statusMessage: 'Use cpu-collector.' }),
      { name: 7 },
    );
    const { plugins, asked } = await refreshed('plugboard');
    expect(plugins).toMatchObject([
      {
        name: 'cpu-collector',
        kind: 'collector',
        category: 'metric',
        npm: { package: null, version: '1.10.0' },
      },
      { name: 'disk-collector', deprecated: 'Use cpu-collector.', installable: false },
    ]);
    expect(asked[0]).toMatch(/^\/board\/api\/v1\/plugins\?limit=200&updated_since=/);
    put(record('cpu-collector', '1.10.0', { status: 'deleted' }), record('cpu-collector', '1.9.0'), {
      ...record('disk-collector', '1.0.0', { status: 'deleted' }),
    });
    expect((await refreshed('plugboard')).plugins).toMatchObject([
      { name: 'cpu-collector', npm: { version: '1.9.0' } },
    ]);
  });
});
