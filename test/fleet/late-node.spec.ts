import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PublishedArtifactDto } from '../../src/modules/registry/artifacts/artifact.dto.js';
import { ARTIFACTS, packed } from '../support/artifact-world.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetChanged, WAIT } from '../support/fleet.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { answering, at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';

/** More than a chunk of the table, so that it takes several. */
const BULK = `// ${'x'.repeat(2_500_000)}`;
const REMOTE = `${answering('from afar')}\n${BULK}`;
const ARCHIVE = packed('published');

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

let files: Map<string, Buffer | string>;
let asked: string[];
let origin: Origin;
let fleet: Fleet;
beforeAll(async () => {
  files = new Map<string, Buffer | string>([
    ['/remote.mjs', REMOTE],
    ['/published.tgz', ARCHIVE],
  ]);
  asked = [];
  origin = await httpOrigin((request, response) => {
    asked.push(request.url ?? '');
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  fleet = await Fleet.open(1, { OUTBOUND_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await fleet.close();
  await origin.close();
});

const published = async (by: number): Promise<PublishedArtifactDto | undefined> =>
  (await fleet.api(by).get<{ plugins: PublishedArtifactDto[] }>(ARTIFACTS)).body.plugins[0];
const download = (n: number, id: string): Promise<Response> =>
  fetch(`${fleet.server(n).url}${ARTIFACTS}/${id}/artifact`, {
    headers: { authorization: `Bearer ${fleet.server(n).token}` },
  });

it('a server with an empty disk has what lies at no address any more', async () => {
  const api = fleet.api(0);
  const remote = { path: `${origin.url}/remote.mjs`, checksum: sha256(REMOTE) };
  expect((await api.post(PLUGINS, { name: 'remote', ...remote, enabled: true })).status).toBe(201);
  const artifact = {
    ...{ name: 'answerer', version: '1.0.0', pluginType: 'gateway', pluginRuntime: 'node' },
    artifactUrl: `${origin.url}/published.tgz`,
    checksum: `sha256:${sha256(ARCHIVE)}`,
  };
  expect((await api.post(ARTIFACTS, artifact)).status).toBe(200);
  await eventually(async () => expect(await published(0)).toMatchObject({ verification: 'verified' }));
  expect((await api.post('/api/plugins/install', { name: 'answerer' })).status).toBe(200);
  files.clear();
  asked.length = 0;
  await fleet.start(1);
  await fleet.converged();
  expect(await hook(fleet.api(1), 'remote')).toMatchObject({ answer: 'from afar' });
  expect(await hook(fleet.api(1), 'answerer')).toMatchObject({ answer: 'published' });
  const file = await download(1, (await published(1))?.id ?? '');
  expect(Buffer.from(await file.arrayBuffer())).toEqual(ARCHIVE);
  expect(asked).toEqual([]);
});

it('and what was published, installed, and deleted since', async () => {
  const { id = '' } = (await published(0)) ?? {};
  expect((await fleet.api(0).delete(`${ARTIFACTS}/${id}`)).status).toBe(200);
  await fleet.start(2);
  await fleet.converged();
  expect(await hook(fleet.api(2), 'answerer')).toMatchObject({ answer: 'published' });
  expect((await download(2, id)).status).toBe(404);
});

it('believes no kept bytes but those of the digest, and mends them from the origin', async () => {
  await fleet.sql(
    `update shared_file_chunk set content = 'evil' where place = 0 and sha256 = '${sha256(REMOTE)}'`,
  );
  await fleet.start(3);
  await eventually(async () => {
    const { body } = await fleet.api(3).get<PluginDto>(at('remote'));
    expect([body.isActive, body.loadError]).toEqual([false, expect.stringContaining('404')]);
  });
  files.set('/remote.mjs', REMOTE);
  await fleet.converged();
  expect(await hook(fleet.api(3), 'remote')).toMatchObject({ answer: 'from afar' });
  files.clear();
  await fleet.start(4);
  await fleet.converged();
  expect(await hook(fleet.api(4), 'remote')).toMatchObject({ answer: 'from afar' });
});

it('keeps nothing that is larger than it may be, and has that from its origin', async () => {
  await fleet.server(4).end('SIGTERM');
  const large = answering('large') + BULK;
  files.set('/large.mjs', large);
  await fleet.start(4, { SHARED_FILE_MAX_BYTES: '1000000' });
  const given = { path: `${origin.url}/large.mjs`, checksum: sha256(large) };
  asked.length = 0;
  const made = await fleet
    .api(4)
    .post<FleetChanged>(PLUGINS + WAIT, { name: 'large', ...given, enabled: true });
  expect(made.body.fleet.converged).toBe(true);
  // The one that does not keep it, and whichever of the others came first.
  expect(asked.length).toBeGreaterThanOrEqual(2);
  expect(fleet.server(4).printed).toContain('SHARED_FILE_MAX_BYTES');
});
