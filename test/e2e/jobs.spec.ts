import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { announceJob, insertJob } from '../support/job-rows.js';
import { TestServer } from '../support/server.js';

const [WAITING, RUNNING, ENDED] = [
  '019bc0f3-7c00-7a3e-8f1d-000000000001',
  '019bc0f3-7c00-7a3e-8f1d-000000000002',
  '019bc0f3-7c00-7a3e-8f1d-000000000003',
];

describe('jobs over HTTP', () => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await createTestDatabase();
    server = await TestServer.start({ databaseUrl: database.url });
    await insertJob(database.url, { id: WAITING, subject: '@a/waiting' });
    await insertJob(database.url, { id: RUNNING, subject: '@a/running', state: 'running', percentage: 40 });
    await insertJob(database.url, { id: ENDED, subject: '@a/ended', state: 'succeeded', percentage: 100 });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  it('are listed newest first, filtered and page by page', async () => {
    const call = server.client();
    const page = await call.get<{ jobs: { id: string }[]; nextCursor: string }>('/api/jobs?limit=2');
    expect(page.body.jobs.map(({ id }) => id)).toEqual([ENDED, RUNNING]);
    const rest = await call.get(`/api/jobs?limit=2&cursor=${page.body.nextCursor}`);
    expect(rest.body).toMatchObject({ count: 1, jobs: [{ id: WAITING }], nextCursor: null });
    expect((await call.get('/api/jobs?subject=@a/running&state=running')).body).toMatchObject({ count: 1 });
    expect((await call.get('/api/jobs?state=lost')).status).toBe(400);
    expect((await call.get('/api/jobs?cursor=1')).status).toBe(400);
  });

  it('are read by their id', async () => {
    const call = server.client();
    const { body } = await call.get(`/api/jobs/${RUNNING}`);
    expect(body).toMatchObject({ subject: '@a/running', state: 'running', percentage: 40, result: null });
    expect(body).not.toHaveProperty('payload');
    expect((await call.get('/api/jobs/none')).body).toMatchObject({ error: { code: 'job_not_found' } });
  });

  it('are followed from their first event to their last, live', async () => {
    const step = {
      jobId: RUNNING,
      subject: '@a/running',
      phase: 'downloading',
      percentage: 40,
      message: null,
    };
    await announceJob(database.url, 'job.progress', step);
    await announceJob(database.url, 'job.progress', { ...step, jobId: WAITING, phase: 'not of this job' });
    const response = await fetch(`${server.url}/api/jobs/${RUNNING}/events`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    const text = response.text();
    await announceJob(database.url, 'job.progress', { ...step, phase: 'loading', percentage: 90 });
    await execute(
      database.url,
      `update job set state = 'failed', phase = 'failed', error = '{"status":502,"type":"upstream_error",
       "code":"download_failed","message":"No answer.","param":"","problems":[]}' where id = '${RUNNING}'`,
    );
    await announceJob(database.url, 'job.finished', {
      jobId: RUNNING,
      subject: '@a/running',
      state: 'failed',
    });
    const data = [...(await text).matchAll(/^data: (.*)$/gm)].map(
      ([, json]) => JSON.parse(json ?? '') as object,
    );
    expect(data).toMatchObject([
      { pluginName: '@a/running', phase: 'downloading', percentage: 40, state: 'running' },
      { pluginName: '@a/running', phase: 'loading', percentage: 90, state: 'running' },
      { phase: 'failed', state: 'failed', message: 'No answer.', error: { code: 'download_failed' } },
    ]);
  });

  it('have a stream that ends although their events are gone', async () => {
    const { status, text } = await server.client().get(`/api/jobs/${ENDED}/events`);
    expect(status).toBe(200);
    expect(text).not.toContain('data:');
    expect((await server.client().get(`/api/jobs/none/events`)).status).toBe(404);
    expect((await server.client().get(`/api/jobs/${ENDED}/events?lastEventId=x`)).status).toBe(400);
  });

  it('are cancelled while they wait, and only by those who may install', async () => {
    const call = server.client();
    const key = await call.post<{ key: string }>('/api/auth/virtual-keys', { name: 'reader' });
    const reader = server.client(key.body.key);
    expect((await reader.delete(`/api/jobs/${WAITING}`)).status).toBe(403);
    expect((await call.delete(`/api/jobs/${WAITING}`)).body).toMatchObject({ state: 'cancelled' });
    const again = await call.delete(`/api/jobs/${WAITING}`);
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'job_finished' } } });
    expect((await call.get(`/api/audit?target=${WAITING}`)).body).toMatchObject({
      entries: [{ action: 'job.cancel', targetType: 'job', before: { state: 'queued' } }],
    });
  });
});
