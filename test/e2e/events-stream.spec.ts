import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { EventSource } from '../support/event-source.js';
import { TestServer } from '../support/server.js';

let database: TestDatabase;
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  const start = (): Promise<TestServer> =>
    TestServer.start({
      databaseUrl: database.url,
      // On a busy machine many changes at once would be refused as overload.
      env: { JWT_SECRET: 'one secret for the two servers of the test', OVERLOAD_DELAY: '60000' },
    });
  [one, two] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await database.drop();
});

let made = 0;
async function change(server: TestServer): Promise<string> {
  const name = `events ${made++}`;
  const answer = await server.client().post<{ id: string }>('/api/auth/virtual-keys', { name, scopes: [] });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.body.id;
}
/** Of the changes made here; plugins tell of themselves in between. */
const keyIds = (source: EventSource): unknown[] =>
  source.seen.filter(({ type }) => type === 'key.changed').map(({ data }) => data.keyId);

describe('the stream of events', () => {
  it('brings the changes of every server, in one order', async () => {
    const sources = await Promise.all([
      EventSource.open(one.url, one.token),
      EventSource.open(two.url, two.token),
    ]);
    const changed = await Promise.all(Array.from({ length: 20 }, (_, i) => change(i % 2 ? one : two)));
    for (const source of sources)
      await eventually(() => expect(new Set(keyIds(source))).toEqual(new Set(changed)));
    const [a, b] = sources.map(keyIds);
    expect(a).toEqual(b);
    for (const { ids } of sources) expect(ids).toEqual([...ids].sort((x, y) => Number(x) - Number(y)));
    for (const source of sources) source.close();
  });

  it('goes on after Last-Event-ID without a gap or a repetition, on the other server too', async () => {
    const [seen, changed]: unknown[][] = [[], []];
    let lastId: string | undefined;
    let source = await EventSource.open(one.url, one.token);
    for (let round = 0; round < 6; round++) {
      const batch = Promise.all(Array.from({ length: 5 }, (_, i) => change(i % 2 ? one : two)));
      if (round % 2) await batch;
      else await eventually(() => expect(keyIds(source).length).toBeGreaterThan(0));
      source.close();
      await source.ended;
      seen?.push(...keyIds(source));
      lastId = source.ids.at(-1) ?? lastId;
      changed?.push(...(await batch));
      const server = round % 2 ? one : two;
      source = await EventSource.open(server.url, server.token, lastId);
    }
    await eventually(() => expect([...(seen ?? []), ...keyIds(source)].length).toBe(30));
    expect([...(seen ?? []), ...keyIds(source)].sort()).toEqual([...(changed ?? [])].sort());
    source.close();
  });

  it('ends after what has happened with once=true', async () => {
    const id = await change(two);
    const source = await EventSource.open(one.url, one.token, '0', '?once=true');
    await source.ended;
    expect(keyIds(source)).toContain(id);
    const empty = await EventSource.open(one.url, one.token, undefined, '?once=true');
    await empty.ended;
    expect(keyIds(empty)).toEqual([]);
    const byQuery = await EventSource.open(one.url, one.token, undefined, '?once=true&lastEventId=0');
    await byQuery.ended;
    expect(byQuery.ids.slice(0, source.ids.length)).toEqual(source.ids);
  });

  it('needs plugins:read and ends with the key that opened it, on every server', async () => {
    const make = async (name: string, more: object): Promise<string> =>
      (await one.client().post<{ key: string }>('/api/auth/virtual-keys', { name, ...more })).body.key;
    await expect(EventSource.open(one.url, await make('blind', { scopes: ['audit:read'] }))).rejects.toThrow(
      '403',
    );
    const key = await make('reader', { scopes: ['plugins:read'] });
    const soon = new Date(Date.now() + 2_000).toISOString();
    const sources = await Promise.all([
      EventSource.open(one.url, key),
      EventSource.open(two.url, key),
      EventSource.open(one.url, await make('brief', { scopes: ['plugins:read'], expiresAt: soon })),
    ]);
    await one.client().delete('/api/auth/virtual-keys/reader');
    await Promise.all(sources.map(({ ended }) => ended));
  });

  it.each(['abc', '-1', '1.5', '12345678901234567890'])('refuses %s as an id', async (id) => {
    await expect(EventSource.open(one.url, one.token, id)).rejects.toThrow('400');
  });
});
