import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { JobDto } from '../../src/platform/jobs/job.dto.js';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { at, failure } from '../support/plugins-api.js';

let world: InstallationWorld;
beforeAll(async () => {
  world = await InstallationWorld.open();
  for (const name of ['plugin-a', 'plugin-b', 'plugin-c', 'plugin-d'])
    for (const version of ['1.0.0', '2.0.0'])
      world.registry.publish(answerer(version, { name, files: { 'of.txt': `${name} ${version}` } }));
});
afterAll(() => world.close());

const job = async (id: string): Promise<JobDto> => (await world.api.get<JobDto>(`/api/jobs/${id}`)).body;

it('goes on in the background and tells how far it is', async () => {
  const answer = await world.install({ name: 'plugin-a' }, { prefer: 'respond-async' });
  const { jobId } = answer.body;
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({ ok: true, outcome: 'queued', jobId, limitMs: expect.any(Number) });
  expect(answer.headers.get('location')).toBe(`/api/jobs/${jobId}`);
  const events = await world.follow(jobId);
  expect(events.every(({ pluginName }) => pluginName === 'plugin-a')).toBe(true);
  const phases = events.map(({ phase }) => phase);
  const order = ['resolving', 'verifying', 'downloading', 'extracting', 'validating', 'loading', 'complete'];
  expect([...new Set(phases)].filter((phase) => order.includes(phase))).toEqual(order);
  const percentages = events.map(({ percentage }) => percentage);
  expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
  expect(events.at(-1)).toMatchObject({ state: 'succeeded', phase: 'complete', percentage: 100 });
  const result = { pluginId: 'a', name: 'plugin-a', version: '2.0.0' };
  expect(await job(jobId)).toMatchObject({ kind: 'install', subject: 'plugin-a', result });
});

it('is joined by a second request, refused to another version, and in no way of other packages', async () => {
  const { asked, release } = world.hold((path) => path.includes('plugin-b-'));
  const first = await world.begin({ name: 'plugin-b', version: '1.0.0' });
  const joined = world.install({ name: 'plugin-b', version: '^1.0.0' });
  expect(await world.begin({ name: 'plugin-b', version: '1' })).toBe(first);
  await asked;
  const other = await world.install({ name: 'plugin-b', version: '2.0.0' });
  expect(failure(other).slice(0, 2)).toEqual([409, 'install_in_progress']);
  expect(other.body.error.message).toContain(first);
  expect((await world.install({ name: 'plugin-c' })).status).toBe(200);
  release();
  expect((await joined).body).toMatchObject({ jobId: first, plugin: { id: 'b', version: '1.0.0' } });
});

it('ends when it is cancelled, with nothing left', async () => {
  const { asked, release } = world.hold((path) => path.includes('plugin-d-'));
  const waiting = world.install({ name: 'plugin-d' });
  await asked;
  const { body } = await world.api.get<{ jobs: JobDto[] }>('/api/jobs?state=running&subject=plugin-d');
  const id = body.jobs[0]?.id ?? '';
  expect((await world.api.delete(`/api/jobs/${id}`)).status).toBe(200);
  expect(failure(await waiting).slice(0, 2)).toEqual([409, 'job_cancelled']);
  release();
  expect(await job(id)).toMatchObject({ state: 'cancelled' });
  expect((await world.directories()).unfinished).toEqual([]);
  expect((await world.api.get(at('d'))).status).toBe(404);
  expect((await world.install({ name: 'plugin-d' })).status).toBe(200);
});

it('is tried again after a fault of the network', async () => {
  world.registry.publish(answerer('1.0.0', { name: 'plugin-far', files: { 'of.txt': 'far away' } }));
  let faults = 0;
  world.registry.interfere = (request, _, path) => {
    if (!path.endsWith('.tgz') || ++faults > 2) return false;
    request.socket.destroy();
    return true;
  };
  const { body } = await world.install({ name: 'plugin-far' });
  expect(body).toMatchObject({ ok: true, plugin: { id: 'far' } });
  expect(faults).toBeGreaterThan(2);
  expect((await job(body.jobId)).attempts).toBeGreaterThan(1);
});
