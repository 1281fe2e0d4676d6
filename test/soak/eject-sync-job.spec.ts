import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JobDto, JobEventDto } from '../../src/platform/jobs/job.dto.js';
import { EjectedWorld, greeter, ID, NAME } from '../support/ejected-world.js';
import { eventually } from '../support/eventually.js';
import { at, failure, hook, type Failed } from '../support/plugins-api.js';

let world: EjectedWorld;
let localPath: string;
beforeAll(async () => {
  world = await EjectedWorld.start();
  localPath = await world.eject();
});
afterAll(() => world.stop());

const begin = async (body: object): Promise<string> => {
  const answer = await world.api.post<{ jobId: string }>(at(ID, '/sync'), body, { prefer: 'respond-async' });
  expect(answer).toMatchObject({ status: 202, body: { ok: true } });
  expect(answer.headers.get('location')).toBe(`/api/jobs/${answer.body.jobId}`);
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
  return answer.body.jobId;
};
const job = async (id: string): Promise<JobDto> => (await world.api.get<JobDto>(`/api/jobs/${id}`)).body;
const script = (build: string): Promise<void> =>
  world.edit(
    localPath,
    'package.json',
    JSON.stringify({ name: NAME, version: '1.0.0', type: 'module', scripts: { build } }),
  );

it('goes on in the background, tells how far it is, and what its script prints', async () => {
  await world.edit(localPath, 'index.js', greeter('edited'));
  await script('echo made by hand');
  const id = await begin({ builder: 'script' });
  const response = await fetch(`${world.server.url}/api/jobs/${id}/events`, {
    headers: { authorization: `Bearer ${world.server.token}` },
  });
  const lines = [...(await response.text()).matchAll(/^data: (.*)$/gm)];
  const events = lines.map(([, json]) => JSON.parse(json ?? '') as JobEventDto);
  expect([...new Set(events.map(({ phase }) => phase))]).toEqual(
    expect.arrayContaining(['building', 'loading', 'complete']),
  );
  expect(events.map(({ message }) => message)).toContain('made by hand');
  expect(events.at(-1)).toMatchObject({ state: 'succeeded', percentage: 100, pluginName: NAME });
  expect(await job(id)).toMatchObject({
    ...{ kind: 'sync', subject: NAME, state: 'succeeded' },
    result: { logs: ['made by hand'], message: `${NAME} runs as the local copy is now` },
  });
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
});

it('ends with its script when it is cancelled, and what ran before runs on', async () => {
  await world.edit(localPath, 'index.js', greeter('never'));
  await script('touch begun && sleep 300');
  const waiting = world.api.post<Failed>(at(ID, '/sync'), { builder: 'script' });
  const builds = join(localPath, '..', '.builds', '@acme+plugin-greeter');
  await eventually(async () =>
    expect((await readdir(builds)).some((name) => existsSync(join(builds, name, 'begun')))).toBe(true),
  );
  const { body } = await world.api.get<{ jobs: JobDto[] }>('/api/jobs?state=running&kind=sync');
  expect((await world.api.delete(`/api/jobs/${body.jobs[0]?.id ?? ''}`)).status).toBe(200);
  expect(failure(await waiting).slice(0, 2)).toEqual([409, 'job_cancelled']);
  expect(await readdir(builds)).toHaveLength(1);
  expect(await hook(world.api, ID)).toMatchObject({ text: 'edited!' });
});

it('says again where the job is when it is asked again with the same key', async () => {
  const ask = () =>
    world.api.post<{ jobId: string }>(
      at(ID, '/sync'),
      {},
      { prefer: 'respond-async', 'idempotency-key': 'once' },
    );
  const [first, again] = [await ask(), await ask()];
  expect(again.body).toEqual(first.body);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  for (const name of ['location', 'preference-applied'])
    expect(again.headers.get(name)).toBe(first.headers.get(name));
});
