import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CatalogItem,
  CatalogOrigin,
  type CatalogPage,
  type CatalogSourceItem,
  generated,
} from '../support/catalog-origin.js';
import { TestServer } from '../support/server.js';

const SOUND = '@acme/plugin-sound';
const MAX_BYTES = 2_000_000;

interface Refused {
  error: { code: string; message: string };
}

describe('a hostile catalogue', () => {
  let origin: CatalogOrigin;
  let server: TestServer;
  let call: ReturnType<TestServer['client']>;
  beforeAll(async () => {
    origin = await CatalogOrigin.start();
    const source = (kind: string, label: string): object => ({ kind, label, url: origin.at(`/${label}`) });
    server = await TestServer.start({
      env: {
        REGISTRY_SOURCES: JSON.stringify([source('eliza', 'file')]),
        REGISTRY_MAX_ENTRIES: '500',
        OUTBOUND_MAX_BYTES: String(MAX_BYTES),
      },
    });
    call = server.client();
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
  });
  beforeEach(async () => {
    origin.put('/file', { registry: { [SOUND]: generated('acme/sound') } });
    expect((await call.post('/api/registry/refresh')).body).toEqual({ ok: true, count: 1 });
  });

  const plugins = async (): Promise<CatalogItem[]> =>
    (await call.get<CatalogPage>('/api/registry/plugins')).body.plugins;
  const source = async (label: string): Promise<CatalogSourceItem | undefined> =>
    (await call.get<{ sources: CatalogSourceItem[] }>('/api/registry/sources')).body.sources.find(
      (one) => one.label === label,
    );

  /** Refreshes, which must fail with this cause and leave what was there. */
  async function refused(cause: string): Promise<void> {
    const answer = await call.post<Refused>('/api/registry/refresh');
    expect([answer.status, answer.body.error.code]).toEqual([502, 'catalogue_refresh_failed']);
    expect(answer.body.error.message).toContain(cause);
    expect((await plugins()).map(({ name }) => name)).toEqual([SOUND]);
    expect((await call.get('/health/live')).status).toBe(200);
  }

  it('loses its malformed entries, not the sound ones', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    origin.put(
      '/file',
      `{"registry":{
        "${SOUND}":${JSON.stringify(generated('acme/sound'))},
        "__proto__":{"polluted":true},
        "constructor":${JSON.stringify(generated('acme/constructor'))},
        "@acme/plugin-deep":${deep},
        "@acme/plugin-large":{"description":"${'x'.repeat(100_000)}"},
        "@acme/plugin-list":[1,2],
        "@acme/plugin-null":null,
        "@acme/plugin-broken":{"description":nil},
        "@acme/plugin-s\\u043eund":${JSON.stringify(generated('acme/cyrillic'))},
        "@acme/plugin-so\\u200bund":${JSON.stringify(generated('acme/invisible'))},
        "@ACME/Plugin-Sound":${JSON.stringify(generated('acme/twin', { description: 'of the twin' }))},
        "${SOUND}":${JSON.stringify(generated('acme/again', { description: 'said twice' }))},
        "@acme/plugin-odd":{"git":[],"npm":"x","topics":{"a":1},"stargazers_count":-5e300,"supports":7,"homepage":{}}
      }}`,
    );
    expect((await call.post('/api/registry/refresh')).body).toEqual({ ok: true, count: 3 });
    expect((await plugins()).map(({ name, description }) => [name, description])).toEqual([
      [SOUND, 'Waters plants when the soil is dry'],
      ['constructor', 'Waters plants when the soil is dry'],
      ['@acme/plugin-odd', ''],
    ]);
    expect(await source('file')).toMatchObject({ entries: 3, skipped: 10, error: null });
  });

  it('has its markup, controls and directions as plain text, and its long texts cut', async () => {
    const fields = {
      description: '<img src=x onerror=alert(1)>\u0000\u001b[31m\u202Eevil\u2066\nline',
      homepage: 'javascript:alert(1)',
      topics: ['<b>', 'y'.repeat(5_000), 7, null],
      language: 'Z'.repeat(10_000),
    };
    origin.put('/file', { registry: { [SOUND]: generated('../../etc/passwd', fields) } });
    await call.post('/api/registry/refresh');
    const { body } = await call.get<{ plugin: Record<string, unknown> }>(
      `/api/registry/plugins/${encodeURIComponent(SOUND)}`,
    );
    expect(body.plugin).toMatchObject({
      ...{ description: '<img src=x onerror=alert(1)> [31m evil line', homepage: null },
      ...{ gitRepo: null, gitUrl: null, topics: ['<b>', 'y'.repeat(80)], language: 'Z'.repeat(80) },
    });
  });

  it('may not be larger than permitted, nor name more', async () => {
    origin.put('/file', JSON.stringify({ registry: { a: { description: 'x'.repeat(MAX_BYTES) } } }));
    await refused('larger than');
    origin.put('/file', (_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      response.write('{');
      more();
    });
    await refused('larger than');
    const many = Array.from({ length: 501 }, (_, i) => [`plugin-${i}`, generated('acme/many')]);
    origin.put('/file', { registry: Object.fromEntries(many) });
    await refused('REGISTRY_MAX_ENTRIES');
  });
});
