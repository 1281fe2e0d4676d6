import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { gate, JobsWorld, untilAborted } from '../support/jobs-world.js';

const HOLDER = fileURLToPath(new URL('../support/jobs-holder.js', import.meta.url));
const LONG_MS = 20_000;
const QUICK = { heartbeatMs: 100, deadMs: 1_500, sweepMs: 100, graceMs: 50, abortMs: 1_000 };

describe('a job whose server ends', () => {
  let database: TestDatabase;
  const worlds: JobsWorld[] = [];
  beforeEach(async () => (database = await createTestDatabase()));
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close();
    await database.drop();
  });

  async function open(nodeId: string): Promise<JobsWorld> {
    const world = await JobsWorld.open(database.url, { nodeId, timings: QUICK });
    worlds.push(world);
    world.jobs.define('long', ({ attempt }) => Promise.resolve({ attempt }));
    return world;
  }

  /** A server that begins the job and is then killed without a chance to say goodbye. */
  async function beginAndKill(nodeId: string): Promise<string> {
    const child = spawn(process.execPath, [HOLDER, database.url, nodeId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    return said.toString().trim();
  }

  it('is taken up by another server soon after', async () => {
    const world = await open('survivor');
    const id = await world.enqueue('long');
    expect(await beginAndKill('victim')).toBe('begun 1');
    expect(await world.jobs.get(id)).toMatchObject({ state: 'running', nodeId: 'victim' });
    world.start();
    const job = await world.jobs.wait(id, LONG_MS);
    expect(job).toMatchObject({
      state: 'succeeded',
      nodeId: 'survivor',
      attempts: 2,
      result: { attempt: 2 },
    });
  });

  it('is taken up by the same server as soon as it is back', async () => {
    const world = await JobsWorld.open(database.url, { nodeId: 'victim' });
    worlds.push(world);
    world.jobs.define('long', ({ attempt }) => Promise.resolve({ attempt }));
    const id = await world.enqueue('long');
    await beginAndKill('victim');
    world.start();
    // The time after which another server would have it is three times as long.
    expect(await world.jobs.wait(id, 5_000)).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('is given up when no server survives it', async () => {
    const world = await open('survivor');
    const id = await world.enqueue('long');
    for (const attempt of [1, 2, 3]) expect(await beginAndKill('victim')).toBe(`begun ${attempt}`);
    world.start();
    const job = await world.jobs.wait(id, LONG_MS);
    expect(job).toMatchObject({ state: 'failed', attempts: 3, error: { code: 'job_interrupted' } });
  });

  it('is left to another one by a server that stops, and that was no attempt', async () => {
    const [leaving, staying] = [
      await JobsWorld.open(database.url, { nodeId: 'leaving', timings: QUICK }),
      await open('staying'),
    ];
    const begun = gate();
    leaving.jobs.define('long', ({ signal }) => {
      begun.open();
      return untilAborted(signal);
    });
    leaving.start();
    const id = await leaving.enqueue('long');
    await begun.opened;
    const waiting = leaving.jobs.wait(id, LONG_MS).catch((error: unknown) => error);
    await leaving.close();
    expect(await waiting).toMatchObject({ status: 503, code: 'shutting_down' });
    expect(await staying.jobs.get(id)).toMatchObject({ state: 'queued', attempts: 1 });
    staying.start();
    expect(await staying.jobs.wait(id, LONG_MS)).toMatchObject({
      state: 'succeeded',
      nodeId: 'staying',
      result: { attempt: 1 },
    });
  });

  it('is left to another one although its handler does not care for the signal', async () => {
    const leaving = await JobsWorld.open(database.url, {
      nodeId: 'leaving',
      timings: { ...QUICK, abortMs: 100 },
    });
    // The library writes a stack to the console for each worker that it gives up.
    const trace = jest.spyOn(console, 'trace').mockImplementation(() => undefined);
    const [begun, end] = [gate(), gate()];
    leaving.jobs.define('long', async () => {
      begun.open();
      await end.opened;
      return { late: true };
    });
    leaving.start();
    const id = await leaving.enqueue('long');
    await begun.opened;
    await leaving.worker.beforeApplicationShutdown();
    const staying = await open('staying');
    staying.start();
    expect(await staying.jobs.wait(id, LONG_MS)).toMatchObject({ nodeId: 'staying', result: { attempt: 1 } });
    end.open();
    await leaving.close();
    expect((await staying.jobs.get(id)).result).toEqual({ attempt: 1 });
    trace.mockRestore();
  });

  it("is no longer that server's to end once another one has begun it", async () => {
    const world = await JobsWorld.open(database.url, { timings: QUICK });
    worlds.push(world);
    const begun = gate();
    const reason = new Promise<unknown>((resolve) => {
      world.jobs.define('long', async ({ signal }) => {
        begun.open();
        resolve(await untilAborted(signal).catch((error: unknown) => error));
        return { late: true };
      });
    });
    world.start();
    const id = await world.enqueue('long');
    await begun.opened;
    await world.dataSource.query(`update job set attempts = 2, node_id = 'other' where id = $1`, [id]);
    expect(await reason).toMatchObject({ name: 'JobStopped', reason: 'lost' });
    expect(await world.jobs.get(id)).toMatchObject({ state: 'running', nodeId: 'other', result: null });
  });
});

describe('several servers', () => {
  it('run each job once', async () => {
    const database = await createTestDatabase();
    const worlds = await Promise.all(
      ['a', 'b'].map((nodeId) => JobsWorld.open(database.url, { nodeId, timings: QUICK })),
    );
    const ran: string[] = [];
    for (const { jobs } of worlds)
      jobs.define('once', ({ id }) => {
        ran.push(id);
        return Promise.resolve(undefined);
      });
    for (const world of worlds) world.start();
    const ids = await Promise.all(
      worlds.flatMap((world) => Array.from({ length: 10 }, () => world.enqueue('once'))),
    );
    for (const id of ids) await worlds[0]?.jobs.wait(id, LONG_MS);
    expect(ran.sort()).toEqual(ids.sort());
    for (const world of worlds) await world.close();
    await database.drop();
  });
});
