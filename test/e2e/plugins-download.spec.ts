import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, type Changed, failure, type Failed, hook, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('plugins from a URL', () => {
  let server: TestServer;
  let origin: Origin;
  const files = new Map<string, string>();
  const asked: string[] = [];

  const api = (): Client => server.client();

  beforeAll(async () => {
    origin = await httpOrigin((request, response) => {
      asked.push(request.url ?? '');
      const file = files.get(request.url ?? '');
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    server = await TestServer.start({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
  });
  afterAll(async () => {
    await server.stop();
    await origin.close();
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

  it('are downloaded once and load offline afterwards', async () => {
    const given = publish('/kept.mjs', answering('kept'));
    asked.length = 0;
    const created = await api().post<Changed>(PLUGINS, { name: 'kept', ...given, enabled: true });
    expect(created.body.plugin).toMatchObject({ path: given.path, checksum: given.checksum, isActive: true });
    await api().put(at('kept'), { enabled: true });
    expect(asked).toEqual(['/kept.mjs']);
    files.delete('/kept.mjs');
    await api().put(at('kept'), { enabled: false });
    await api().put(at('kept'), { enabled: true });
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
});
