import { randomBytes } from 'node:crypto';
import { appendFile, readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ARTIFACTS, ArtifactWorld, packed, type Published, sha256 } from '../support/artifact-world.js';
import { failure } from '../support/plugins-api.js';

const SLOW_MS = 2_000;

describe('artifacts', () => {
  const bytes = randomBytes(100_000);
  const digest = sha256(bytes);
  const etag = `"sha256-${digest}"`;
  let world: ArtifactWorld;
  let kept: Published;
  beforeAll(async () => {
    world = await ArtifactWorld.open({
      ...{ OUTBOUND_TIMEOUT: String(SLOW_MS), OUTBOUND_MAX_BYTES: '1000000' },
      // What is not on this disk has to be fetched.
      SHARED_FILE_MAX_BYTES: '0',
    });
    const published = await world.publish('/kept.tar.gz', bytes, { name: 'kept', pluginRuntime: 'go' });
    kept = await world.looked(published);
  });
  afterAll(() => world.close());

  const read = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
  /** Whether it is the whole file: comparing the bytes with `toEqual` takes seconds. */
  const isWhole = async (response: Response): Promise<boolean> => bytes.equals(await read(response));
  const storedFile = async (): Promise<string> => {
    const folder = join(world.server.dataDir, 'artifacts', 'sha256', digest.slice(0, 2));
    const [name = ''] = await readdir(folder);
    return join(folder, name);
  };

  it('are fetched, compared and served whole', async () => {
    expect(kept).toMatchObject({ verification: 'verified', verificationCause: null, bytes: bytes.length });
    const response = await world.download(kept);
    expect(await isWhole(response)).toBe(true);
    const base64 = Buffer.from(digest, 'hex').toString('base64');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      etag,
      'accept-ranges': 'bytes',
      'content-length': String(bytes.length),
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="kept-1.0.0.tar.gz"',
      'repr-digest': `sha-256=:${base64}:`,
      digest: `sha-256=${base64}`,
    });
  });

  it('that this server has for another reason are no artifact before they are reached at their address', async () => {
    const code = `export const getName = () => 'private';`;
    world.answers.set('/private.mjs', (_, response) => response.end(code));
    const secret = { path: `${world.origin.url}/private.mjs`, checksum: sha256(code) };
    expect((await world.api.post('/api/plugins', { name: 'private', ...secret })).status).toBe(201);
    const guess = { name: 'guess', checksum: `sha256:${sha256(code)}` };
    const row = await world.looked(await world.register('/nowhere.mjs', guess));
    expect(row).toMatchObject({ verification: 'unreachable' });
    expect(failure(await world.api.get(`${ARTIFACTS}/${row.id}/artifact`))[1]).toBe('artifact_not_verified');
  });

  it('that are published already need not be reached again', async () => {
    const row = await world.register('/gone.tar.gz', { name: 'twin', checksum: `sha256:${digest}` });
    expect(await world.looked(row)).toMatchObject({ verification: 'verified', bytes: bytes.length });
  });

  it('are served in ranges, and not at all to those who have them', async () => {
    const part = await world.download(kept, { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
    expect(await read(part)).toEqual(bytes.subarray(10, 20));
    const goesOn = await world.download(kept, { range: 'bytes=99990-', 'if-range': etag });
    expect([goesOn.status, await read(goesOn)]).toEqual([206, bytes.subarray(99_990)]);
    const other = await world.download(kept, { range: 'bytes=99990-', 'if-range': '"another"' });
    expect([other.status, (await read(other)).length]).toEqual([200, bytes.length]);
    const had = await world.download(kept, { 'if-none-match': `"x", ${etag}` });
    expect([had.status, (await read(had)).length]).toEqual([304, 0]);
    const head = await world.download(kept, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), (await read(head)).length]).toEqual([
      200,
      String(bytes.length),
      0,
    ]);
    const beyond = await world.api.get(`${ARTIFACTS}/${kept.id}/artifact`, undefined, {
      range: 'bytes=200000-',
    });
    expect(failure(beyond).slice(0, 2)).toEqual([416, 'range_not_satisfiable']);
    expect(beyond.headers.get('etag')).toBeNull();
  });

  it('that are damaged or lost on this disk are fetched again', async () => {
    for (const harm of [(file: string) => appendFile(file, 'x'), (file: string) => rm(file)]) {
      await harm(await storedFile());
      const response = await world.download(kept);
      expect([response.status, await isWhole(response)]).toEqual([200, true]);
    }
  });

  it('that are lost here while their place is away are not served, and stay verified', async () => {
    const answer = world.answers.get('/kept.tar.gz');
    world.answers.delete('/kept.tar.gz');
    await rm(await storedFile());
    expect(failure(await world.api.get(`${ARTIFACTS}/${kept.id}/artifact`)).slice(0, 2)).toEqual([
      502,
      'download_failed',
    ]);
    expect(await world.looked(kept)).toMatchObject({ verification: 'verified' });
    if (answer) world.answers.set('/kept.tar.gz', answer);
    expect((await world.download(kept)).status).toBe(200);
  });

  it('whose place hands out other bytes by now are quarantined, and come back when it is right again', async () => {
    await rm(await storedFile());
    world.answers.set('/kept.tar.gz', (_, response) => response.end('other bytes'));
    const refused = await world.api.get(`${ARTIFACTS}/${kept.id}/artifact`);
    expect(failure(refused)).toEqual([409, 'artifact_not_verified', 'id']);
    const row = await world.looked(kept);
    expect(row).toMatchObject({ verification: 'mismatch' });
    expect(row.verificationCause).toContain(sha256('other bytes'));
    expect((await world.download(kept)).status).toBe(409);
    world.answers.set('/kept.tar.gz', (_, response) => response.end(bytes));
    const again = await world.api.post<Published>(`${ARTIFACTS}/${kept.id}/verify`);
    expect(again.body).toMatchObject({ verification: 'pending' });
    expect(await world.looked(kept)).toMatchObject({ verification: 'verified' });
    expect((await world.download(kept)).status).toBe(200);
  });

  it('are compared as they were sent where their host calls a .tgz an encoding of a .tar', async () => {
    const bytes = packed('encoded');
    world.answers.set('/encoded.tgz', (_, response) =>
      response.setHeader('content-encoding', 'gzip').end(bytes),
    );
    const checksum = `sha256:${sha256(bytes)}`;
    const row = await world.looked(await world.register('/encoded.tgz', { name: 'encoded', checksum }));
    expect(row).toMatchObject({ verification: 'verified', bytes: bytes.length, verificationCause: null });
    expect(Buffer.from(await (await world.download(row)).arrayBuffer())).toEqual(bytes);
  });

  it.each<[string, Parameters<ArtifactWorld['answers']['set']>[1], string]>([
    ['other bytes', (_, response) => response.end('other'), 'mismatch'],
    ['a truncated body', (_, response) => truncate(response), 'unreachable'],
    [
      'a body compressed on the way',
      (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(10 ** 7))),
      'mismatch',
    ],
    ['nothing', (_, response) => response.writeHead(404).end(), 'unreachable'],
    ['a failure', (_, response) => response.writeHead(503).end(), 'unreachable'],
    ['too much', (_, response) => response.end(Buffer.alloc(1_000_001)), 'unverifiable'],
    ['a byte now and then', (_, response) => drip(response), 'unreachable'],
    ['a way to a private address', (_, response) => redirect(response, 'http://10.0.0.1/'), 'unverifiable'],
    ['a way to this very host', (_, response) => redirect(response, 'http://[::1]:1/'), 'unverifiable'],
    ['a way round and round', (request, response) => redirect(response, request.url ?? ''), 'unverifiable'],
  ])('whose place answers %s are not verified, with the cause', async (what, answer, verification) => {
    const path = `/${what.replaceAll(' ', '-')}`;
    world.answers.set(path, answer);
    const name = what.replaceAll(' ', '-');
    const row = await world.looked(await world.register(path, { name, checksum: `sha256:${sha256(what)}` }));
    expect(row).toMatchObject({ verification, bytes: null, verificationCause: expect.any(String) });
    expect((await world.download(row)).status).toBe(409);
  });

  const redirect = (response: ServerResponse, location: string): unknown =>
    response.writeHead(302, { location }).end();
  const truncate = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.destroy());
  };
  const drip = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': '1000' });
    const timer = setInterval(() => response.write('x'), SLOW_MS / 10);
    response.once('close', () => clearInterval(timer));
  };
});
