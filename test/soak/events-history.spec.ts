import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { EventSource } from '../support/event-source.js';
import { TestServer } from '../support/server.js';

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await TestServer.start({ databaseUrl: database.url });
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

describe('a long history', () => {
  const COUNT = 60_000;

  it('comes whole, in order, and a reader that takes nothing is cut off', async () => {
    const first = await EventSource.open(server.url, server.token, '0', '?once=true');
    await first.ended;
    const before = first.ids.at(-1) ?? '0';
    await execute(
      database.url,
      `insert into event (type, data) select 'key.changed', '{"keyId":"${'x'.repeat(200)}"}' from generate_series(1, ${COUNT})`,
    );
    const stuck = await EventSource.open(server.url, server.token, before);
    stuck.response.pause();
    const whole = await EventSource.open(server.url, server.token, before, '?once=true');
    await whole.ended;
    expect(whole.seen.length).toBe(COUNT);
    expect(new Set(whole.ids).size).toBe(COUNT);
    const openStreams = async (): Promise<string> => (await server.client().get('/metrics')).text;
    await eventually(
      async () => expect(await openStreams()).toContain('plugboard_event_streams 0\n'),
      20_000,
    );
    stuck.response.resume();
    await stuck.ended;
    expect(stuck.seen.length).toBeLessThan(COUNT);
  });
});
