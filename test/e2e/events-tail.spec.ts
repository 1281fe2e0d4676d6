import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { EventSource } from '../support/event-source.js';
import { eventually } from '../support/eventually.js';
import { client } from '../support/http.js';
import { announceJob, insertJob } from '../support/job-rows.js';
import { TestServer } from '../support/server.js';
import { Wire } from '../support/wire.js';

const STREAMS = 30;
const CHANGES = 10;
const OWN_STREAMS = 50;
const JOB = '019bc0f3-7c00-7a3e-8f1d-000000000009';
/** A look at the table of events, from wherever. */
const LOOKS = /from event\s+where id >/g;

let database: TestDatabase;
let wire: Wire;
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await Wire.to(database.url);
  const start = (databaseUrl: string): Promise<TestServer> =>
    TestServer.start({
      databaseUrl,
      env: {
        JWT_SECRET: 'one secret for the two servers of the test',
        // On a busy machine many streams at once would be refused as overload.
        OVERLOAD_DELAY: '60000',
        STREAMS_PER_CALLER: String(OWN_STREAMS),
        STREAMS_TOTAL: String(OWN_STREAMS + 10),
      },
    });
  [one, two] = await Promise.all([start(wire.url), start(database.url)]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await wire.close();
  await database.drop();
});

// A test that fails must not leave its streams to the next one's count.
afterEach(() => closeAll(opened.splice(0)));

let made = 0;
async function change(server: TestServer): Promise<string> {
  const name = `tail ${made++}`;
  const { body } = await server.client().post<{ id: string }>('/api/auth/virtual-keys', { name, scopes: [] });
  return body.id;
}
const keyIds = ({ seen }: EventSource): unknown[] =>
  seen.filter(({ type }) => type === 'key.changed').map(({ data }) => data.keyId);
const reader = async (name: string): Promise<string> => {
  const wanted = { name, scopes: ['plugins:read'] };
  return (await one.client().post<{ key: string }>('/api/auth/virtual-keys', wanted)).body.key;
};
const opened: EventSource[] = [];
const open = async (...where: Parameters<typeof EventSource.open>): Promise<EventSource> => {
  const source = await EventSource.open(...where);
  opened.push(source);
  return source;
};
const openMany = (count: number, token: string, path?: string): Promise<EventSource[]> =>
  Promise.all(Array.from({ length: count }, () => open(one.url, token, '0', path)));
const closeAll = (sources: EventSource[]): Promise<unknown> =>
  Promise.all(
    sources.map((source) => {
      source.close();
      return source.ended;
    }),
  );
const openStreams = async (count: number): Promise<void> =>
  eventually(async () => {
    const { text } = await one.client().get('/metrics');
    expect(/^plugboard_event_streams (\d+)$/m.exec(text)?.[1]).toBe(String(count));
  });

describe('many streams on one server', () => {
  it('are one reader of the table', async () => {
    const sources = await openMany(STREAMS, one.token);
    const readByAll = async (server: TestServer): Promise<void> => {
      const id = await change(server);
      await eventually(() => expect(sources.every((source) => keyIds(source).includes(id))).toBe(true));
    };
    // Until now each read the past by itself; from here on all of them follow.
    await readByAll(one);
    const looks = await wire.countOf(LOOKS, async () => {
      for (let n = 0; n < CHANGES; n++) await readByAll(n % 2 ? one : two);
    });
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(CHANGES * 2);
    const [first, ...others] = sources.map(({ ids }) => ids);
    for (const ids of others) expect(ids).toEqual(first);
    await closeAll(sources);
  });

  it('of a job are so too, and ask for the job once when it has ended', async () => {
    await insertJob(database.url, { id: JOB, state: 'running' });
    const sources = await openMany(STREAMS, one.token, `/api/jobs/${JOB}/events`);
    const step = { jobId: JOB, subject: 'pkg', phase: 'downloading', percentage: 1, message: null };
    const seeing = (count: number): Promise<void> =>
      eventually(() => expect(sources.every(({ seen }) => seen.length === count)).toBe(true));
    await announceJob(database.url, 'job.progress', step);
    await seeing(1);
    const looks = await wire.countOf(LOOKS, async () => {
      for (let n = 2; n <= CHANGES; n++) {
        await announceJob(database.url, 'job.progress', { ...step, percentage: n });
        await announceJob(database.url, 'job.progress', { ...step, jobId: JOB.replace('9', '8') });
        await seeing(n);
      }
    });
    expect(looks).toBeLessThanOrEqual(CHANGES * 3);
    const reads = await wire.countOf(/FROM "job" /g, async () => {
      await announceJob(database.url, 'job.finished', { jobId: JOB, subject: 'pkg', state: 'succeeded' });
      await Promise.all(sources.map(({ ended }) => ended));
    });
    expect(reads).toBeLessThan(STREAMS / 3);
    expect(sources.every(({ seen }) => seen.length === CHANGES + 1)).toBe(true);
  });

  it('ask nothing when they are closed', async () => {
    await openStreams(0);
    expect(await wire.countOf(LOOKS, () => change(one))).toBe(0);
  });
});

it('misses nothing and repeats nothing over many reconnects while two servers write', async () => {
  const stay = await open(one.url, one.token);
  const [seen, writing]: [string[], Promise<string>[]] = [[], []];
  const from = String((await startOf(stay)) ?? 0);
  let lastId = from;
  for (let round = 0; round < 12; round++) {
    const server = round % 2 ? one : two;
    const source = await open(server.url, server.token, lastId);
    for (let n = 0; n < 5; n++) writing.push(change(n % 2 ? one : two));
    await eventually(() => expect(source.ids.length).toBeGreaterThan(2));
    source.close();
    await source.ended;
    seen.push(...source.ids);
    lastId = source.ids.at(-1) ?? lastId;
  }
  await Promise.all(writing);
  const rest = await open(one.url, one.token, lastId, '?once=true');
  await rest.ended;
  seen.push(...rest.ids);
  const recorded = await open(two.url, two.token, from, '?once=true');
  await recorded.ended;
  const last = Number(seen.at(-1));
  expect(seen).toEqual(recorded.ids.filter((id) => Number(id) <= last));
  await eventually(() => expect(Number(stay.ids.at(-1))).toBeGreaterThanOrEqual(last));
  const stayed = stay.ids.filter((id) => Number(id) > Number(from) && Number(id) <= last);
  expect(stayed).toEqual(seen);
  stay.close();
});

/** Id of the first event that a new stream sees. */
async function startOf(source: EventSource): Promise<string | undefined> {
  await change(one);
  await eventually(() => expect(source.ids.length).toBeGreaterThan(0));
  return source.ids[0];
}

describe('a filter', () => {
  it('leaves out other types and other plugins, live and from the past', async () => {
    const put = async (): Promise<number> =>
      (
        await one
          .client()
          .put('/api/plugins/header-policy', { config: { setHeaders: { n: String(made++) } } })
      ).status;
    const types = await open(one.url, one.token, '0', '?types=plugin.updated,key.changed');
    const plugin = await open(one.url, one.token, '0', '?plugin=header-policy');
    const id = await change(one);
    expect(await put()).toBe(200);
    await eventually(() => {
      expect(keyIds(types)).toContain(id);
      for (const { seen } of [types, plugin])
        expect(seen.map(({ type }) => type)).toContain('plugin.updated');
    });
    expect(new Set(types.seen.map(({ type }) => type))).toEqual(new Set(['key.changed', 'plugin.updated']));
    expect(new Set(plugin.seen.map(({ data }) => data.pluginId))).toEqual(new Set(['header-policy']));
    await closeAll([types, plugin]);
  });

  it('names the types that there are when it is wrong', async () => {
    const refused = await one.client().get('/api/events?types=plugin.updated,nonsense');
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { code: 'field_invalid', param: 'types' } },
    });
    expect(refused.text).toContain('plugin.status');
  });
});

it('what happens while the server cannot hear it is made good: events come, and a revoked key loses its stream', async () => {
  const key = await reader('cut off');
  const [stays, ends] = [await open(one.url, one.token), await open(one.url, key)];
  wire.cut();
  expect((await two.client().delete('/api/auth/virtual-keys/cut%20off')).status).toBe(200);
  const id = await change(two);
  wire.mend();
  await eventually(() => expect(keyIds(stays)).toContain(id));
  await ends.ended;
  await eventually(async () => expect(await change(one)).toMatch(/-/));
  stays.close();
});

describe('the streams of a caller are limited', () => {
  it('with 429, a time to come back, and a word on what to do; others are not concerned', async () => {
    await openStreams(0);
    const key = await reader('greedy');
    const sources = await openMany(OWN_STREAMS, key);
    for (const path of ['/api/events', '/api/events?once=true']) {
      const refused = await client(one.url, key).get(path);
      expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too_many_streams' } } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.text).toContain('STREAMS_PER_CALLER');
    }
    const other = await openMany(10, one.token);
    const full = await client(one.url, await reader('late')).get('/api/events');
    expect([full.status, full.text]).toEqual([429, expect.stringContaining('STREAMS_TOTAL')]);
    await closeAll(other);
    await closeAll(sources.splice(0, 1));
    await openStreams(OWN_STREAMS - 1);
    sources.push(...(await openMany(1, key)));
    await closeAll(sources);
  });
});
