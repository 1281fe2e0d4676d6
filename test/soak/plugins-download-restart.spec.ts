import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, hook, type PluginDto, PLUGINS, until } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCE = answering('kept');

describe('a plugin from a URL, where the server starts again', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let origin: Origin;
  let served: string | null = SOURCE;

  const start = async (): Promise<void> => {
    server = await TestServer.start({
      dataDir: folder.path,
      databaseUrl: database.url,
      env: { OUTBOUND_ALLOW: '127.0.0.1', SHARED_FILE_MAX_BYTES: '0' },
    });
  };
  const api = (): Client => server.client();

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await temporaryFolder();
    origin = await httpOrigin((_, response) => {
      if (served === null) response.writeHead(404).end();
      else response.end(served);
    });
    await start();
    const checksum = createHash('sha256').update(SOURCE).digest('hex');
    const body = { name: 'kept', path: `${origin.url}/kept.mjs`, checksum, enabled: true };
    expect((await api().post(PLUGINS, body)).status).toBe(201);
    served = null;
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
    await folder.remove();
    await database.drop();
  });

  it('loads from what was downloaded, also while its place is gone', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    await start();
    await until(server, at('kept'), ({ body }) => body.isActive);
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'kept' });
  });

  it('says so where its file is gone too, and comes up once it is there again', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    await rm(join(server.dataDir, 'artifacts'), { recursive: true });
    await start();
    const { body } = await until(server, at('kept'), (answer) => answer.body.status.status === 'error');
    expect(body).toMatchObject({ enabled: true, isActive: false, loadError: expect.stringContaining('404') });
    expect(body.status.logs.at(-1)).toContain('cannot be started');
    await eventually(async () => expect((await api().get('/health/ready')).status).toBe(200));
    served = SOURCE;
    // Any change has it seen to at once; without one, the next full pass would do it.
    await api().put(at('kept'), { order: 1 });
    await until(server, at('kept'), (answer) => answer.body.isActive);
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'kept' });
    expect((await api().get<PluginDto>(at('kept'))).body.loadError).toBeNull();
  });
});
