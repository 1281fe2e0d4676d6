import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BadGateway, NotFound } from '../../src/platform/http/errors.js';
import { SYSTEM } from '../../src/platform/http/request.js';
import { outcomeOf } from '../../src/platform/jobs/jobs.service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { gate, JobsWorld } from '../support/jobs-world.js';
import { failureOf } from '../support/plugin-world.js';

const LONG_MS = 20_000;

describe('a job', () => {
  let database: TestDatabase;
  let world: JobsWorld;
  beforeEach(async () => {
    database = await createTestDatabase();
    world = await JobsWorld.open(database.url);
  });
  afterEach(async () => {
    await world.close();
    await database.drop();
  });

  it('is queued by the transaction that records it, or not at all', async () => {
    const ran: unknown[] = [];
    world.jobs.define('note', ({ payload }) => {
      ran.push(payload);
      return Promise.resolve(undefined);
    });
    world.start();
    const rolledBack = world.transactions.run(async (tx) => {
      await world.jobs.enqueue(tx, SYSTEM, { kind: 'note', subject: 's', payload: 'rolled back' });
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow('no');
    const id = await world.enqueue('note', 'committed');
    expect(await world.jobs.wait(id, LONG_MS)).toMatchObject({ id, state: 'succeeded', result: null });
    expect(ran).toEqual(['committed']);
    expect((await world.jobs.list()).count).toBe(1);
  });

  it('tells how far it has come, and what it came to', async () => {
    const seen = gate();
    world.jobs.define('install', async ({ progress, subject, context, attempt }) => {
      progress('resolving', 5);
      progress('downloading', 10, 'a.tgz');
      progress('downloading', 40, 'b.tgz');
      await seen.opened;
      progress('loading', 90);
      return { subject, by: context.actor.id, attempt };
    });
    world.start();
    const id = await world.enqueue('install', {}, '@a/b');
    await world.until('job.queued', id);
    while ((await world.jobs.get(id)).phase !== 'downloading') await world.until('job.progress', id);
    expect(await world.jobs.get(id)).toMatchObject({ state: 'running', percentage: 40, message: 'b.tgz' });
    seen.open();
    const done = await world.jobs.wait(id, LONG_MS);
    expect(done).toMatchObject({ state: 'succeeded', phase: 'complete', percentage: 100, attempts: 1 });
    expect(outcomeOf(done)).toEqual({ subject: '@a/b', by: 'system', attempt: 1 });
    await world.until('job.finished', id);
    const phases = world.heard.flatMap(({ type, data }) => (type === 'job.progress' ? [data.phase] : []));
    expect(phases).toEqual(['starting', 'resolving', 'downloading', 'loading']);
  });

  it("fails with the handler's own error, at once, and throws it to whoever waited", async () => {
    world.jobs.define('fail', () =>
      Promise.reject(new NotFound('plugin_not_found', 'There is no plugin "x".', 'name')),
    );
    world.start();
    const job = await world.jobs.wait(await world.enqueue('fail'), LONG_MS);
    expect(job).toMatchObject({ state: 'failed', phase: 'failed', attempts: 1 });
    expect(job.error).toEqual({
      status: 404,
      type: 'not_found_error',
      code: 'plugin_not_found',
      message: 'There is no plugin "x".',
      param: 'name',
      problems: [],
    });
    expect(() => outcomeOf(job)).toThrow('There is no plugin "x".');
  });

  it('shows nothing of an error that was not meant for users', async () => {
    world.jobs.define('crash', () => Promise.reject(new Error('secret detail')));
    world.start();
    const job = await world.jobs.wait(await world.enqueue('crash'), LONG_MS);
    expect(job).toMatchObject({ state: 'failed', attempts: 1, error: { code: 'internal_error' } });
    expect(JSON.stringify(job)).not.toContain('secret');
  });

  it('is tried again after a transient failure, and says so', async () => {
    world.jobs.define('flaky', ({ attempt }) =>
      attempt === 1
        ? Promise.reject(new BadGateway('download_failed', 'The registry did not answer.'))
        : Promise.resolve({ attempt }),
    );
    world.start();
    const id = await world.enqueue('flaky');
    await world.hurry(id);
    const job = await world.jobs.wait(id, LONG_MS);
    expect(job).toMatchObject({ state: 'succeeded', attempts: 2, error: null, result: { attempt: 2 } });
    const messages = world.heard.flatMap(({ type, data }) => (type === 'job.progress' ? [data.message] : []));
    expect(messages).toContain('To be tried again: The registry did not answer.');
    expect(messages).toContain('Attempt 2 of 3');
  });

  it('has its last failure for an error when it was tried often enough', async () => {
    let attempts = 0;
    world.jobs.define('down', () => {
      attempts += 1;
      return Promise.reject(new BadGateway('download_failed', `Attempt ${attempts} failed.`));
    });
    world.start();
    const id = await world.enqueue('down');
    await world.hurry(id);
    await world.hurry(id);
    const job = await world.jobs.wait(id, LONG_MS);
    expect(job).toMatchObject({ state: 'failed', attempts: 3, error: { message: 'Attempt 3 failed.' } });
    expect(attempts).toBe(3);
  });

  it('goes on when nobody waits any longer', async () => {
    const end = gate();
    world.jobs.define('slow', async () => {
      await end.opened;
      return undefined;
    });
    world.start();
    const id = await world.enqueue('slow');
    const failure = await failureOf(world.jobs.wait(id, 50));
    expect(failure).toMatchObject({ status: 504, code: 'job_timeout' });
    expect(failure.message).toContain(`/api/jobs/${id}`);
    end.open();
    expect((await world.jobs.wait(id, LONG_MS)).state).toBe('succeeded');
  });

  it('is waited for although no event is heard', async () => {
    world.jobs.define('quiet', () => Promise.resolve({ done: true }));
    await world.listener.stop();
    expect(world.bus.listening).toBe(false);
    world.start();
    const job = await world.jobs.wait(await world.enqueue('quiet'), LONG_MS);
    expect(job).toMatchObject({ state: 'succeeded', result: { done: true } });
  });

  it('needs someone who does it', async () => {
    await expect(world.enqueue('unheard-of')).rejects.toThrow('Nobody does jobs of kind "unheard-of"');
    await expect(world.jobs.get('no-uuid')).rejects.toMatchObject({ status: 404, code: 'job_not_found' });
  });
});
