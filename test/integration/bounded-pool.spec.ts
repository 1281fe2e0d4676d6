import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BoundedPool } from '../../src/platform/database/bounded-pool.js';
import { isDatabaseAway } from '../../src/platform/database/database-away.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let database: TestDatabase;
let pool: BoundedPool;
const givenUp = new AbortController();
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new BoundedPool(database.url, { size: 2, statementMs: 5_000, givenUp: givenUp.signal }, {});
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

it('a connection that is lost between two statements of its user fails the next one, and not the process', async () => {
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await ended;
  await expect(client.query('select 1')).rejects.toThrow(/not queryable/);
  client.release(true);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

it('a database that is given up fails whoever waits for an answer, for a connection, or comes later', async () => {
  const waiting = ['select pg_sleep(60)', 'select pg_sleep(60)', 'select 1'].map((sql) => pool.query(sql));
  const outcomes = Promise.allSettled(waiting);
  await eventually(() => expect([pool.totalCount, pool.waitingCount]).toEqual([2, 1]));
  givenUp.abort();
  const reasons = (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason);
  expect(
    [...reasons, await pool.query('select 1').catch((error: unknown) => error)].map(isDatabaseAway),
  ).toEqual(Array(4).fill(true));
});
