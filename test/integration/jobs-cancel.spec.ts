import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/platform/http/request.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { gate, JobsWorld, untilAborted } from '../support/jobs-world.js';

const LONG_MS = 20_000;

describe('cancelling a job', () => {
  let database: TestDatabase;
  const worlds: JobsWorld[] = [];
  beforeEach(async () => (database = await createTestDatabase()));
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
    await database.drop();
  });

  async function open(nodeId: string): Promise<JobsWorld> {
    const world = await JobsWorld.open(database.url, { nodeId, timings: { heartbeatMs: 100 } });
    worlds.push(world);
    return world;
  }

  it('that waits ends it at once, and it never runs', async () => {
    const world = await open('a');
    const ran: string[] = [];
    world.jobs.define('note', ({ id }) => {
      ran.push(id);
      return Promise.resolve(undefined);
    });
    const id = await world.enqueue('note');
    expect(await world.jobs.cancel(SYSTEM, id)).toMatchObject({ state: 'cancelled', attempts: 0 });
    world.start();
    const next = await world.enqueue('note');
    await world.jobs.wait(next, LONG_MS);
    expect(ran).toEqual([next]);
    expect((await world.jobs.get(id)).state).toBe('cancelled');
    const audit = await world.dataSource.query<{ action: string }[]>(
      'select action from audit where target_id = $1 order by id',
      [id],
    );
    expect(audit.map(({ action }) => action)).toEqual(['job.queue', 'job.cancel']);
  });

  it('that runs gives it its signal, on whichever server it runs', async () => {
    const [runner, other] = [await open('a'), await open('b')];
    const begun = gate();
    runner.jobs.define('long', ({ signal }) => {
      begun.open();
      return untilAborted(signal);
    });
    runner.start();
    const id = await runner.enqueue('long');
    await begun.opened;
    expect(await other.jobs.cancel(SYSTEM, id)).toMatchObject({ cancelRequested: true });
    expect(await other.jobs.wait(id, LONG_MS)).toMatchObject({ state: 'cancelled', error: null });
    await expect(other.jobs.cancel(SYSTEM, id)).rejects.toMatchObject({ status: 409, code: 'job_finished' });
  });

  it('reaches its server although no event does', async () => {
    const [runner, other] = [await open('a'), await open('b')];
    const begun = gate();
    runner.jobs.define('long', ({ signal }) => {
      begun.open();
      return untilAborted(signal);
    });
    await runner.listener.stop();
    runner.start();
    const id = await runner.enqueue('long');
    await begun.opened;
    await other.jobs.cancel(SYSTEM, id);
    expect((await other.jobs.wait(id, LONG_MS)).state).toBe('cancelled');
  });

  it('that is done already leaves it done', async () => {
    const world = await open('a');
    const begun = gate();
    world.jobs.define('done', async ({ signal }) => {
      begun.open();
      await untilAborted(signal).catch(() => undefined);
      return { done: true };
    });
    world.start();
    const id = await world.enqueue('done');
    await begun.opened;
    await world.jobs.cancel(SYSTEM, id);
    expect(await world.jobs.wait(id, LONG_MS)).toMatchObject({ state: 'succeeded', result: { done: true } });
  });
});
