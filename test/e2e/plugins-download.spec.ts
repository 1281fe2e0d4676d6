import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import {
  answering,
  at,
  type Changed,
  failure,
  type Failed,
  hook,
  type PluginDto,
  PLUGINS,
  until,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('plugins from a URL', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let origin: Origin;
  const files = new Map<string, string>();
  const asked: string[] = [];

  const start = (): Promise<TestServer> =>
    TestServer.start({
      dataDir: folder.path,
      databaseUrl: database.url,
      env: { OUTBOUND_ALLOW: '127.0.0.1' },
    });
  const api = (): Client => server.client();

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await temporaryFolder();
    origin = await httpOrigin((request, response) => {
      asked.push(request.url ?? '');
      const file = files.get(request.url ?? '');
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
    await folder.remove();
    await database.drop();
  });

  /** Serves a source; answers what a request says of it. */
  const publish = (path: string, source: string): { path: string; checksum: string } => {
    files.set(path, source);
    return { path: `${origin.url}${path}`, checksum: sha256(source) };
  };
  const stored = async (): Promise<string[]> => {
    const entries = await readdir(join(server.dataDir, 'artifacts'), {
      recursive: true,
      withFileTypes: true,
    });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };

  it('need a checksum of the right form, which must be that of the bytes', async () => {
    const { path, checksum } = publish('/checked.mjs', answering('checked'));
    const without = await api().post(PLUGINS, { name: 'checked', path });
    expect(failure(without)).toEqual([422, 'checksum_required', 'checksum']);
    for (const wrong of ['abc', `md5:${checksum}`, checksum.slice(1)])
      expect(failure(await api().post(PLUGINS, { name: 'checked', path, checksum: wrong }))[0]).toBe(400);
    expect(asked).toEqual([]);
    const other = { name: 'checked', path, checksum: sha256('other'), enabled: true };
    expect(failure(await api().post(PLUGINS, other))).toEqual([422, 'checksum_mismatch', 'checksum']);
    expect(await stored()).toEqual([]);
    expect((await api().get(at('checked'))).status).toBe(404);
  });

  it('are refused from places that are not public, and fail with their cause', async () => {
    const checksum = sha256('x');
    for (const host of ['10.0.0.1', '169.254.169.254', '[::1]', '[::ffff:10.0.0.1]', '192.168.1.1']) {
      const answer = await api().post<Failed>(PLUGINS, {
        name: 'inward',
        path: `http://${host}/x.mjs`,
        checksum,
      });
      expect([host, ...failure(answer).slice(0, 2)]).toEqual([host, 422, 'destination_refused']);
    }
    const missing = await api().post(PLUGINS, { name: 'inward', path: `${origin.url}/gone.mjs`, checksum });
    expect(failure(missing).slice(0, 2)).toEqual([502, 'download_failed']);
    expect((await api().get(at('inward'))).status).toBe(404);
  });

  it('are downloaded once and load offline afterwards, also after a restart', async () => {
    const given = publish('/kept.mjs', answering('kept'));
    asked.length = 0;
    const created = await api().post<Changed>(PLUGINS, { name: 'kept', ...given, enabled: true });
    expect(created.body.plugin).toMatchObject({ path: given.path, checksum: given.checksum, isActive: true });
    await api().put(at('kept'), { enabled: true });
    expect(asked).toEqual(['/kept.mjs']);
    files.delete('/kept.mjs');
    await api().put(at('kept'), { enabled: false });
    await api().put(at('kept'), { enabled: true });
    expect(await server.end('SIGTERM')).toBe(0);
    server = await start();
    await until(server, at('kept'), ({ body }) => body.isActive);
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'kept' });
    expect(asked).toEqual(['/kept.mjs']);
  });

  it('a new address needs a checksum of its own; what does not fit it changes nothing', async () => {
    const next = publish('/next.mjs', answering('next'));
    const refused = await api().put(at('kept'), { path: next.path });
    expect(failure(refused)).toEqual([422, 'checksum_required', 'checksum']);
    const wrong = await api().put(at('kept'), { path: next.path, checksum: sha256('wrong') });
    expect(failure(wrong)).toEqual([422, 'checksum_mismatch', 'checksum']);
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'kept' });
    const moved = await api().put<Changed>(at('kept'), next);
    expect(moved.body.plugin).toMatchObject({ ...next, isActive: true });
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'next' });
  });

  it('one whose file is gone when the server starts says so, and comes up once it is there again', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    await rm(join(server.dataDir, 'artifacts'), { recursive: true });
    const source = files.get('/next.mjs') ?? '';
    files.delete('/next.mjs');
    server = await start();
    const { body } = await until(server, at('kept'), (answer) => answer.body.status.status === 'error');
    expect(body).toMatchObject({ enabled: true, isActive: false, loadError: expect.stringContaining('404') });
    expect(body.status.logs.at(-1)).toContain('cannot be started');
    expect((await api().get('/health/ready')).status).toBe(200);
    files.set('/next.mjs', source);
    // Any change has it seen to at once; without one, the next full pass would do it.
    await api().put(at('kept'), { order: 1 });
    await until(server, at('kept'), (answer) => answer.body.isActive);
    expect(await hook(api(), 'kept')).toMatchObject({ answer: 'next' });
    expect((await api().get<PluginDto>(at('kept'))).body.loadError).toBeNull();
  });
});
