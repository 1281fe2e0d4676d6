import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ArtifactStore } from '../../src/platform/artifacts/artifact-store.js';
import { guardedClient } from '../support/guarded-client.js';
import { type Origin, httpOrigin } from '../support/origin.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('artifact store', () => {
  const content = randomBytes(200_000);
  const digest = sha256(content);
  let root: string;
  let store: ArtifactStore;
  let origin: Origin;
  let hits: string[];
  let answer: (res: ServerResponse, path: string) => void;

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'artifacts-')), 'store');
    store = new ArtifactStore(root, guardedClient(['127.0.0.1']));
    hits = [];
    answer = (res) => res.end(content);
    origin = await httpOrigin((req, res) => {
      hits.push(req.url ?? '');
      answer(res, req.url ?? '');
    });
  });
  afterEach(async () => {
    await origin.close();
    await rm(join(root, '..'), { recursive: true });
  });
  const files = async (): Promise<string[]> => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };

  it('keeps the bytes under their digest, readable for guests', async () => {
    const { path, bytes } = await store.fetch(`${origin.url}/plugin.WASM?v=1`, digest.toUpperCase());
    expect(path).toBe(join(root, 'sha256', digest.slice(0, 2), `${digest}.wasm`));
    expect(bytes).toBe(content.length);
    expect(await readFile(path)).toEqual(content);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o755);
    expect(await files()).toEqual([`${digest}.wasm`]);
  });

  it('makes readable files and folders under a strict umask', async () => {
    const before = process.umask(0o077);
    try {
      const { path } = await store.fetch(`${origin.url}/a.js`, digest);
      expect((await stat(path)).mode & 0o777).toBe(0o644);
      for (const folder of [root, join(root, 'sha256'), join(path, '..')])
        expect((await stat(folder)).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(before);
    }
  });

  it.each([
    ['/a.mjs', '.mjs'],
    ['/a.tar.gz', ''],
    ['/a.sh', ''],
    ['/a', ''],
    ['/a?file=b.js', ''],
  ])('keeps of %s the extension "%s"', async (path, extension) => {
    expect((await store.fetch(origin.url + path, digest)).path.endsWith(digest + extension)).toBe(true);
  });

  it('works offline once it has the bytes, whatever extension is asked for', async () => {
    await store.fetch(`${origin.url}/a.js`, digest);
    await origin.close();
    const offline = new ArtifactStore(root, guardedClient([]));
    const again = await offline.fetch(`${origin.url}/a.js`, digest);
    const renamed = await offline.fetch(`${origin.url}/a.mjs`, digest);
    expect(await readFile(again.path)).toEqual(content);
    expect(renamed.path.endsWith('.mjs')).toBe(true);
    expect(await readFile(renamed.path)).toEqual(content);
    expect(hits).toHaveLength(1);
    origin = await httpOrigin(() => undefined);
  });

  it('refuses other bytes, naming both digests, and leaves nothing behind', async () => {
    answer = (res) => res.end('something else');
    const error = await store.fetch(`${origin.url}/a.js`, digest).catch((e: unknown) => e);
    expect(error).toEqual(expect.objectContaining({ code: 'checksum_mismatch', status: 422 }));
    expect(String(error)).toContain(digest);
    expect(String(error)).toContain(sha256(Buffer.from('something else')));
    expect(await files()).toEqual([]);
    expect(await store.has(digest)).toBe(false);
  });

  it('leaves nothing behind when the download breaks off', async () => {
    answer = (res) => {
      res.writeHead(200, { 'content-length': content.length });
      res.write(content.subarray(0, 1_000), () => res.destroy());
    };
    await expect(store.fetch(`${origin.url}/a.js`, digest)).rejects.toEqual(
      expect.objectContaining({ code: 'download_failed', reason: 'try_later' }),
    );
    expect(await files()).toEqual([]);
  });

  it.each(['', 'abc', `${'a'.repeat(63)}g`, `../${'a'.repeat(61)}`])(
    'refuses the digest "%s"',
    async (bad) => {
      const refused = expect.objectContaining({ code: 'checksum_invalid' });
      await expect(store.fetch(origin.url, bad)).rejects.toEqual(refused);
      await expect(store.has(bad)).rejects.toEqual(refused);
      expect(hits).toHaveLength(0);
    },
  );

  it('downloads once for all who ask at the same time', async () => {
    const asked = Array.from({ length: 20 }, () => store.fetch(`${origin.url}/a.js`, digest));
    asked.push(store.fetch(`${origin.url}/mirror/a.js`, digest));
    const paths = new Set((await Promise.all(asked)).map(({ path }) => path));
    expect(paths.size).toBe(1);
    expect(hits).toEqual(['/a.js']);
  });

  it('does not let a bad address spoil a good one for the same digest', async () => {
    answer = (res, path) => (path === '/bad.js' ? res.writeHead(404).end() : res.end(content));
    const [bad, good] = await Promise.allSettled([
      store.fetch(`${origin.url}/bad.js`, digest),
      store.fetch(`${origin.url}/good.js`, digest),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  });

  it('tries again after a failure', async () => {
    answer = (res) => res.writeHead(503).end();
    await expect(store.fetch(`${origin.url}/a.js`, digest)).rejects.toThrow('try again later');
    answer = (res) => res.end(content);
    expect((await store.fetch(`${origin.url}/a.js`, digest)).bytes).toBe(content.length);
  });

  it('notices a damaged file and fetches it again', async () => {
    const { path } = await store.fetch(`${origin.url}/a.js`, digest);
    await appendFile(path, 'x');
    expect(await store.has(digest)).toBe(false);
    await store.fetch(`${origin.url}/a.js`, digest);
    expect(await readFile(path)).toEqual(content);
    expect(hits).toHaveLength(2);
  });

  it('takes a damaged file away even when it cannot be fetched again', async () => {
    const { path } = await store.fetch(`${origin.url}/a.js`, digest);
    await writeFile(path, 'evil');
    answer = (res) => res.writeHead(404).end();
    await expect(store.fetch(`${origin.url}/a.js`, digest)).rejects.toEqual(
      expect.objectContaining({ reason: 'missing' }),
    );
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('removes what nobody names and nobody has asked for in a day', async () => {
    const day = 24 * 3_600_000;
    const { path } = await store.fetch(`${origin.url}/a.js`, digest);
    const later = (): number => Date.now() + day + 1_000;
    await store.prune(later());
    expect(await store.has(digest)).toBe(true);
    let named = [digest.toUpperCase()];
    store.keep(() => Promise.resolve(named));
    await store.prune(later());
    await stat(path);
    named = [];
    await store.prune(Date.now());
    await stat(path);
    await utimes(path, new Date(0), new Date(0));
    await store.fetch(`${origin.url}/a.js`, digest);
    await store.prune(Date.now());
    await stat(path);
    await store.prune(later());
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await store.fetch(`${origin.url}/a.js`, digest);
    expect(hits).toHaveLength(2);
  });

  it('removes nothing while a user cannot say what it needs', async () => {
    await store.fetch(`${origin.url}/a.js`, digest);
    store.keep(() => Promise.reject(new Error('the database is away')));
    await expect(store.prune(Date.now() + 48 * 3_600_000)).rejects.toThrow('the database is away');
    expect(await store.has(digest)).toBe(true);
  });

  it('sweeps what a killed process left, but not a download that runs', async () => {
    await store.sweep();
    await mkdir(join(root, 'partial'), { recursive: true });
    await writeFile(join(root, 'partial', 'left-over'), 'half');
    let during: string[] = [];
    const body = async function* (): AsyncGenerator<Buffer> {
      yield content.subarray(0, 100_000);
      await sweeping.sweep();
      during = await files();
      yield content.subarray(100_000);
    };
    const answered = { status: 200, headers: {}, finalUrl: origin.url };
    const sweeping = new ArtifactStore(root, {
      maxBytes: 2 ** 20,
      fetchStream: () => Promise.resolve({ ...answered, body: Readable.from(body()) }),
    });
    await sweeping.fetch(`${origin.url}/a.js`, digest);
    expect(during).toHaveLength(1);
    expect(during).not.toContain('left-over');
    expect(await store.has(digest)).toBe(true);
  });
});
