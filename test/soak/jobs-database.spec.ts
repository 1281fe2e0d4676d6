import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { QUEUE_SCHEMA } from '../../src/platform/database/queue-schema.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { gate, JobsWorld } from '../support/jobs-world.js';

const LONG_MS = 20_000;
const SERVER = process.env['PLUGBOARD_TEST_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'] ?? '';

describe('jobs and their database', () => {
  let database: TestDatabase;
  let world: JobsWorld;
  beforeEach(async () => {
    database = await createTestDatabase();
    world = await JobsWorld.open(database.url, { timings: { heartbeatMs: 100, sweepMs: 100 } });
  });
  afterEach(async () => {
    await world.close();
    await database.drop();
  });

  /** Ends all connections and lets nobody in, or lets everybody in again. */
  async function letIn(allowed: boolean): Promise<void> {
    const name = new URL(database.url).pathname.slice(1);
    await execute(
      SERVER,
      `alter database ${name} allow_connections ${allowed}`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    );
  }

  it('get on after connections were lost while a job was running', async () => {
    const [begun, end] = [gate(), gate()];
    world.jobs.define('long', async () => {
      begun.open();
      await end.opened;
      return { done: true };
    });
    world.start();
    const id = await world.enqueue('long');
    await begun.opened;
    await letIn(true);
    end.open();
    expect(await world.jobs.wait(id, LONG_MS)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect((await world.jobs.wait(await world.enqueue('long'), LONG_MS)).state).toBe('succeeded');
  });

  it('get on after it was away when jobs ended, more often than there are workers', async () => {
    // The library writes a stack to the console for each worker that it gives up.
    const trace = jest.spyOn(console, 'trace').mockImplementation(() => undefined);
    let closed = gate();
    world.jobs.define('cut', async ({ attempt }) => {
      if (attempt === 1) await letIn(false);
      closed.open();
      return { attempt };
    });
    world.start();
    for (let cut = 0; cut < 3; cut++) {
      closed = gate();
      const id = await world.enqueue('cut');
      await closed.opened;
      await letIn(true);
      expect(await world.jobs.wait(id, LONG_MS)).toMatchObject({ state: 'succeeded' });
    }
    trace.mockRestore();
  }, 60_000);

  it('have the newest schema of the queue', async () => {
    const rows = await world.dataSource.query<{ id: number }[]>(
      'select max(id) as id from graphile_worker.migrations',
    );
    expect(rows[0]?.id).toBe(QUEUE_SCHEMA);
  });
});
