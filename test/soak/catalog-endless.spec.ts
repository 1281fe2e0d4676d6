import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CatalogOrigin, type CatalogPage, generated } from '../support/catalog-origin.js';
import { TestServer } from '../support/server.js';

const SOUND = '@acme/plugin-sound';

describe('a catalogue without end', () => {
  let origin: CatalogOrigin;
  let server: TestServer;
  let call: ReturnType<TestServer['client']>;
  beforeAll(async () => {
    origin = await CatalogOrigin.start();
    const source = (kind: string, label: string): object => ({ kind, label, url: origin.at(`/${label}`) });
    server = await TestServer.start({
      env: {
        REGISTRY_SOURCES: JSON.stringify([source('eliza', 'file'), source('mcp', 'pages')]),
        REGISTRY_MAX_ENTRIES: '500',
        REGISTRY_TIMEOUT: '3000',
      },
    });
    call = server.client();
    origin.put('/file', { registry: { [SOUND]: generated('acme/sound') } });
    origin.put('/pages/v0/servers', { servers: [], metadata: {} });
    expect((await call.post('/api/registry/refresh')).body).toEqual({ ok: true, count: 1 });
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
  });

  /** Refreshes, which must fail with this cause and leave what was there. */
  async function refused(cause: string): Promise<void> {
    const answer = await call.post<{ error: { code: string; message: string } }>('/api/registry/refresh');
    expect([answer.status, answer.body.error.code]).toEqual([502, 'catalogue_refresh_failed']);
    expect(answer.body.error.message).toContain(cause);
    const { plugins } = (await call.get<CatalogPage>('/api/registry/plugins')).body;
    expect(plugins.map(({ name }) => name)).toEqual([SOUND]);
  }

  it('may not take forever', async () => {
    origin.put('/file', (_, response) => {
      response.writeHead(200).write('{"registry":{');
    });
    await refused('longer than 3000 ms');
  });

  it('may not lead from page to page without end', async () => {
    let pages = 0;
    const endless = (cursor: () => string): void =>
      origin.put('/pages/v0/servers', (_, response) => {
        const body = {
          servers: [{ server: { name: `io.example/s${pages}` } }],
          metadata: { nextCursor: cursor() },
        };
        response.end(JSON.stringify(body));
      });
    endless(() => 'the-same');
    await refused('have no end');
    endless(() => `page-${pages++}`);
    await refused('pages:');
    endless(() => 'y'.repeat(10_000));
    await refused('have no end');
    origin.put('/pages/v0/servers', '[[[[');
    await refused('is not JSON');
  });
});
