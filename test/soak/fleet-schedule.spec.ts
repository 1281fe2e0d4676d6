import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { FleetSchedule, type Work } from '../../src/platform/schedule/fleet-schedule.js';
import { ScheduledWorkRepository } from '../../src/platform/schedule/scheduled-work.repository.js';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { untilAborted } from '../support/jobs-world.js';

interface Node {
  schedule: FleetSchedule;
  source: DataSource;
}

const NODES = ['a', 'b', 'c'];

let database: TestDatabase;
const open: Node[] = [];
beforeAll(async () => (database = await createTestDatabase()));
afterEach(async () => {
  await Promise.all(open.map(({ schedule }) => schedule.beforeApplicationShutdown()));
  for (const { source } of open.splice(0)) if (source.isInitialized) await source.destroy();
});
afterAll(() => database.drop());

/** One server's schedule, begun. */
async function node(nodeId: string): Promise<Node> {
  const source = createDataSource(database.url, { size: 2 }, []);
  await source.initialize();
  const schedule = new FleetSchedule(
    new ScheduledWorkRepository(source),
    { id: nodeId },
    pino({ level: 'silent' }),
  );
  schedule.onApplicationBootstrap();
  open.push({ schedule, source });
  return { schedule, source };
}

/** Schedules work that does nothing; resolves when it is done for the first time. */
const done = ({ schedule }: Node, name: string, everyMs: number): Promise<void> =>
  new Promise((resolve) => {
    schedule.every(name, everyMs, () => {
      resolve();
      return Promise.resolve();
    });
  });

it('does work once per period, whichever node comes first, and not again after a restart', async () => {
  const ran: string[] = [];
  for (const id of NODES)
    (await node(id)).schedule.every('hourly', 3_600_000, () => Promise.resolve(ran.push(id)));
  await eventually(() => expect(ran).toHaveLength(1));
  const late = await node('late');
  late.schedule.every('hourly', 3_600_000, () => Promise.resolve(ran.push('late')));
  // Work that comes later on the same node tells that the node has looked by then.
  await done(late, 'after', 3_600_000);
  expect(ran).toHaveLength(1);
});

it('does it again a period later, never on two nodes at once', async () => {
  let [atOnce, most, runs] = [0, 0, 0];
  const work: Work = async () => {
    most = Math.max(most, ++atOnce);
    await execute(database.url, 'select pg_sleep(0.03)');
    atOnce--;
    runs++;
  };
  // A period is a lease too: long enough to be renewed on a machine that stalls.
  const periodMs = 1_000;
  for (const id of NODES) (await node(id)).schedule.every('often', periodMs, work);
  const began = performance.now();
  await eventually(() => expect(runs).toBeGreaterThanOrEqual(3));
  expect(most).toBe(1);
  expect(performance.now() - began).toBeGreaterThan(2 * periodMs - 30);
});

it('holds its lease for work that takes longer than it', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  for (const id of NODES)
    (await node(id)).schedule.every('long', 1_200, () => {
      begun.push(id);
      return new Promise<void>((end) => ends.push(end));
    });
  await eventually(() => expect(begun).toHaveLength(1));
  await execute(database.url, 'select pg_sleep(1.6)');
  expect(begun).toHaveLength(1);
  ends[0]?.();
  await eventually(() => expect(begun).toHaveLength(2));
  ends[1]?.();
});

it('has another node take over from one that died in the middle', async () => {
  const dying = await node('dying');
  const died = new Promise<void>((resolve) =>
    dying.schedule.every('orphaned', 200, async (signal) => {
      await dying.source.destroy();
      resolve();
      await untilAborted(signal);
    }),
  );
  await died;
  await done(await node('heir'), 'orphaned', 200);
});

it('tries again after a failure, and tells a node that another one has taken over', async () => {
  const { schedule } = await node('a');
  let tries = 0;
  schedule.every('fails', 60, () =>
    ++tries === 1 ? Promise.reject(new Error('not today')) : Promise.resolve(),
  );
  await eventually(() => expect(tries).toBeGreaterThan(1));
  const told = new Promise<unknown>((resolve) =>
    schedule.every('lost', 90, async (signal) => {
      await execute(database.url, `update scheduled_work set node_id = 'b' where name = 'lost'`);
      resolve(await untilAborted(signal).catch((error: unknown) => error));
    }),
  );
  expect(String(await told)).toContain('another node');
});

it('takes up a shorter period at once, and refuses a name twice', async () => {
  const first = await node('a');
  await done(first, 'daily', 86_400_000);
  let runs = 0;
  const second = await node('b');
  second.schedule.every('daily', 60, () => Promise.resolve(++runs));
  await eventually(() => expect(runs).toBeGreaterThan(1));
  expect(() => second.schedule.every('daily', 60, () => Promise.resolve())).toThrow('twice');
});
