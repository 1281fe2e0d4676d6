import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/platform/http/request.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { JobsWorld } from '../support/jobs-world.js';

const LONG_MS = 20_000;

let database: TestDatabase;
let world: JobsWorld;
beforeEach(async () => {
  database = await createTestDatabase();
  world = await JobsWorld.open(database.url, { timings: { goneMs: 0, sweepMs: 50 } });
  world.jobs.define('sync', () => Promise.resolve(undefined));
  await world.dataSource.query(
    `insert into node (id, name, version, state, started_at) values ('dead-1', 'one', '1', 'dead', now())`,
  );
});
afterEach(async () => {
  await world.close();
  await database.drop();
});

const only = (onServer: string): Promise<string> =>
  world.transactions.run((tx) =>
    world.jobs.enqueue(tx, SYSTEM, { kind: 'sync', subject: onServer, payload: {}, onServer }),
  );

it('a job for one server alone waits for that while it is known, and fails when it has left the fleet', async () => {
  const [known, gone] = [await only('dead-1'), await only('gone-1')];
  world.start();
  expect(await world.jobs.wait(gone, LONG_MS)).toMatchObject({
    state: 'failed',
    error: { code: 'job_interrupted', message: expect.stringMatching(/has left the fleet/) as unknown },
  });
  expect(await world.jobs.get(known)).toMatchObject({ state: 'queued' });
  await world.dataSource.query(`delete from node where id = 'dead-1'`);
  expect(await world.jobs.wait(known, LONG_MS)).toMatchObject({ state: 'failed' });
});
