import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/platform/database/data-source.js';
import type { Claim } from '../../src/platform/http/request.js';
import {
  type IdempotencyRecord,
  IdempotencyRepository,
  noteWork,
} from '../../src/platform/idempotency/idempotency.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const HERE = { id: 'here', startedAt: new Date() };
const THERE = { id: 'there', startedAt: new Date() };

let database: TestDatabase;
let source: DataSource;
let records: IdempotencyRepository;
beforeAll(async () => {
  database = await createTestDatabase();
  source = createDataSource(database.url, { size: 2 }, []);
  await source.initialize();
  records = new IdempotencyRepository(source);
  for (const { id, startedAt } of [HERE, THERE])
    await source.query(
      `insert into node (id, name, version, state, started_at) values ($1, $1, '1', 'live', $2)`,
      [id, startedAt],
    );
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const silent = (seconds: number): Promise<unknown> =>
  source.query(`update node set heartbeat_at = now() - make_interval(secs => $1) where id = 'here'`, [
    seconds,
  ]);
const taken = async (id: string, node = HERE): Promise<Claim> => {
  const claim = await records.claim(id, 'hash', node);
  if (!('claim' in claim)) throw new Error('it is another one’s');
  return claim;
};
const found = async (id: string, node = THERE): Promise<IdempotencyRecord> => {
  const record = await records.claim(id, 'hash', node);
  if ('claim' in record) throw new Error('it was taken over');
  return record;
};
const change = (claim: Claim, work: string): Promise<void> =>
  source.transaction((tx) => noteWork(tx, claim, work));

it('is held while its server shows signs of life, however long', async () => {
  await taken('held');
  await source.query(`update idempotency set created_at = now() - interval '23 hours'`);
  await silent(11);
  expect(await found('held')).toMatchObject({ answer: null, work: null, isWorkedOn: true });
});

it('is taken over from a server that was silent for too long, which changes nothing any more', async () => {
  const claim = await taken('overtaken');
  await silent(13);
  const next = await taken('overtaken', THERE);
  await silent(0);
  await expect(change(claim, 'late')).rejects.toMatchObject({ code: 'idempotency_in_progress' });
  await records.complete(claim, 'late answer');
  await records.release(claim);
  await change(next, 'timely');
  await records.complete(next, 'answer');
  expect(await found('overtaken')).toMatchObject({ answer: 'answer', work: 'timely' });
});

it('is taken over from a server that was started anew', async () => {
  await taken('restarted');
  const startedAt = new Date(HERE.startedAt.getTime() + 1);
  const startAt = (at: Date): Promise<unknown> =>
    source.query(`update node set started_at = $1 where id = 'here'`, [at]);
  await startAt(startedAt);
  await taken('restarted', { ...HERE, startedAt });
  await startAt(HERE.startedAt);
});

it('is not taken over where something was changed; only the first change is named', async () => {
  const claim = await taken('changed');
  for (const work of ['first', 'second']) await change(claim, work);
  await silent(13);
  expect(await found('changed')).toMatchObject({ answer: null, work: 'first', isWorkedOn: false });
  await silent(0);
});

it('that has failed is free again, unless something was changed', async () => {
  await records.release(await taken('failed'));
  await taken('failed', THERE);
  const claim = await taken('half');
  await change(claim, 'half');
  await records.release(claim);
  expect(await found('half')).toMatchObject({ work: 'half', isWorkedOn: false });
});

it('a change that is rolled back is none', async () => {
  const claim = await taken('rolled back');
  const failing = source.transaction(async (tx) => {
    await noteWork(tx, claim, 'nothing');
    throw new Error('no luck');
  });
  await expect(failing).rejects.toThrow('no luck');
  await silent(13);
  await taken('rolled back', THERE);
});
