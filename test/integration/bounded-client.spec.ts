import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { BoundedPool } from '../../src/platform/database/bounded-pool.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { isDatabaseAway } from '../../src/platform/database/database-away.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase()));
afterAll(() => database.drop());

const LIMITS = { size: 2, statementMs: 5_000 };

async function poolOfEntities(givenUp: AbortSignal): Promise<pg.Pool> {
  const source = await createDataSource(database.url, { ...LIMITS, givenUp }, []).initialize();
  return (source.driver as unknown as { master: pg.Pool }).master;
}

describe.each([
  ['entities', poolOfEntities],
  ['plain statements', (givenUp: AbortSignal) => new BoundedPool(database.url, { ...LIMITS, givenUp }, {})],
] as const)('the pool of %s', (_, open) => {
  it('a connection that is lost between two statements of its user fails the next one, and not the process', async () => {
    const pool = await open(new AbortController().signal);
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    await expect(client.query('select 1')).rejects.toThrow(/not queryable/);
    client.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('once given up fails whoever waits for an answer, for a connection, or comes later', async () => {
    const givenUp = new AbortController();
    const pool = await open(givenUp.signal);
    const waiting = ['select pg_sleep(60)', 'select pg_sleep(60)', 'select 1'].map((sql) => pool.query(sql));
    const outcomes = Promise.allSettled(waiting);
    await eventually(() => expect([pool.totalCount, pool.waitingCount]).toEqual([2, 1]));
    givenUp.abort();
    const late = Promise.allSettled([pool.query('select 1')]);
    const failures = [...(await outcomes), ...(await late)];
    expect(failures.map((it) => it.status === 'rejected' && isDatabaseAway(it.reason))).toEqual(
      Array(4).fill(true),
    );
    await pool.end();
  });
});
