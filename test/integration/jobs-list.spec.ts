import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM } from '../../src/platform/http/request.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { JobsWorld } from '../support/jobs-world.js';

describe('the list of jobs', () => {
  let database: TestDatabase;
  let world: JobsWorld;
  const ids: string[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    world = await JobsWorld.open(database.url);
    for (const kind of ['install', 'sync']) world.jobs.define(kind, () => Promise.resolve(undefined));
    for (const subject of ['a', 'b', 'a', 'b', 'a']) ids.push(await world.enqueue('install', {}, subject));
    ids.push(await world.enqueue('sync', {}, 'a'));
    await world.jobs.cancel(SYSTEM, ids[0] ?? '');
  });
  afterAll(async () => {
    await world.close();
    await database.drop();
  });

  it('comes page by page, every job once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await world.jobs.list({ limit: 4, ...(cursor !== null && { cursor }) });
      seen.push(...page.jobs.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...ids].sort().reverse());
  });

  it('is filtered by kind, state and subject', async () => {
    const count = async (filter: Parameters<typeof world.jobs.list>[0]): Promise<number> =>
      (await world.jobs.list(filter)).count;
    expect(await count({ kind: 'sync' })).toBe(1);
    expect(await count({ subject: 'a' })).toBe(4);
    expect(await count({ state: 'cancelled' })).toBe(1);
    expect(await count({ kind: 'install', state: 'queued', subject: 'a' })).toBe(2);
  });

  it('says which job about a subject is open', async () => {
    const open = await world.transactions.run((tx) => world.jobs.findOpen(tx, 'install', 'a'));
    expect(open?.id).toBe([ids[2], ids[4]].sort()[1]);
    expect(await world.transactions.run((tx) => world.jobs.findOpen(tx, 'sync', 'b'))).toBeNull();
  });
});
