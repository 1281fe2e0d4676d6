import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findingOf } from '../../src/modules/registry/artifacts/finding.js';
import { ArtifactStore } from '../../src/platform/artifacts/artifact-store.js';
import { guardedClient } from '../support/guarded-client.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SIZE = 3_000_000;
const PART = 1_200_000;

describe('a download that breaks off', () => {
  const content = randomBytes(SIZE);
  const digest = createHash('sha256').update(content).digest('hex');
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let origin: Origin;
  let asked: (string | undefined)[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  /** Whether the whole file lies there: comparing megabytes with `toEqual` takes many seconds. */
  const isWhole = async (path: string): Promise<boolean> => content.equals(await readFile(path));
  const newStore = (): ArtifactStore =>
    new ArtifactStore(join(folder.path, 'store'), guardedClient(['127.0.0.1'], { maxBytes: 2 * SIZE }));
  const parts = (): Promise<string[]> => readdir(join(folder.path, 'store', 'partial'));
  const fetchIt = (store = newStore()): Promise<{ path: string }> => store.fetch(`${origin.url}/a`, digest);

  beforeEach(async () => {
    folder = await temporaryFolder();
    asked = [];
    origin = await httpOrigin((request, response) => {
      asked.push(request.headers.range);
      answer(request, response);
    });
  });
  afterEach(async () => {
    await origin.close();
    await folder.remove();
  });

  /** Answers at most `most` bytes, from where it is asked to, as a file of this tag. */
  const breaking =
    (most: number, etag: string | null, bytes = content) =>
    ({ headers }: IncomingMessage, response: ServerResponse): void => {
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      const goesOn = from > 0 && headers['if-range'] === etag;
      const rest = bytes.subarray(goesOn ? from : 0);
      response.writeHead(goesOn ? 206 : 200, {
        'content-length': rest.length,
        ...(etag !== null && { etag }),
        ...(goesOn && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
      });
      if (rest.length <= most) response.end(rest);
      else response.write(rest.subarray(0, most), () => response.socket?.end());
    };

  it('goes on where it was', async () => {
    answer = breaking(PART, '"one"');
    const { path } = await fetchIt();
    expect(await isWhole(path)).toBe(true);
    // What lay in buffers when the connection ended is asked for again.
    expect(asked.slice(0, 2)).toEqual([undefined, expect.stringMatching(/^bytes=\d{6,7}-$/)]);
    expect(asked.length).toBeLessThan(6);
    expect(await parts()).toEqual([]);
  });

  it('goes on in another process, a day later at most', async () => {
    answer = (request, response) =>
      asked.length === 1 ? breaking(PART, '"one"')(request, response) : response.writeHead(503).end();
    await expect(fetchIt()).rejects.toMatchObject({ reason: 'try_later' });
    const next = newStore();
    await next.sweep();
    expect(await parts()).toHaveLength(2);
    answer = breaking(Infinity, '"one"');
    await fetchIt(next);
    expect(asked.at(-1)).toMatch(/^bytes=\d{6,7}-$/);
  });

  it('begins anew where the file has changed meanwhile, or nothing says that it has not', async () => {
    for (const [first, second] of [
      ['"one"', '"two"'],
      [null, null],
      ['W/"weak"', 'W/"weak"'],
    ] as const) {
      asked = [];
      const old = randomBytes(SIZE);
      answer = (request, response) =>
        asked.length === 1
          ? breaking(PART, first, old)(request, response)
          : breaking(Infinity, second)(request, response);
      const store = newStore();
      const { path } = await fetchIt(store).catch(() => fetchIt(store));
      expect(await isWhole(path)).toBe(true);
      await rm(path);
    }
  });

  it('does not take another part than it asked for', async () => {
    answer = (request, response) => {
      if (asked.length === 1) return breaking(PART, '"one"')(request, response);
      response.writeHead(206, { 'content-range': 'bytes 5-9/3000000', etag: '"one"' }).end('wrong');
    };
    await expect(fetchIt()).rejects.toMatchObject({ reason: 'invalid' });
    expect(await parts()).toEqual([]);
  });

  it('never grows beyond the limit, and leaves nothing of other bytes behind', async () => {
    answer = breaking(PART, '"one"', randomBytes(SIZE));
    await expect(fetchIt()).rejects.toMatchObject({ code: 'checksum_mismatch' });
    expect(await parts()).toEqual([]);
    const small = new ArtifactStore(
      join(folder.path, 'store'),
      guardedClient(['127.0.0.1'], { maxBytes: SIZE - 1 }),
    );
    answer = (_, response) => {
      response.writeHead(200, { etag: '"one"' });
      response.write(content.subarray(0, PART), () => response.socket?.end());
    };
    await expect(small.fetch(`${origin.url}/a`, digest)).rejects.toMatchObject({ reason: 'try_later' });
    answer = breaking(Infinity, '"one"');
    await expect(small.fetch(`${origin.url}/a`, digest)).rejects.toMatchObject({
      code: 'download_too_large',
    });
    expect(await parts()).toEqual([]);
  });

  it('is refused where the name turns into a private address on the way', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const resolver = (): Promise<string[]> => Promise.resolve(answers.shift() ?? []);
    const client = guardedClient(['127.0.0.1'], { maxBytes: 2 * SIZE }, { resolver });
    const store = new ArtifactStore(join(folder.path, 'store'), client);
    answer = breaking(PART, '"one"');
    const url = origin.url.replace('127.0.0.1', 'rebinding.example');
    const refusal: unknown = await store.fetch(`${url}/a`, digest).catch((error: unknown) => error);
    // The first part came from the address that was looked at; the rest was not asked for anywhere.
    expect([asked, answers]).toEqual([[undefined], []]);
    expect(refusal).toMatchObject({ code: 'destination_refused' });
    expect(findingOf(refusal, false).verification).toBe('unverifiable');
    expect(await parts()).toEqual([]);
  });
});
