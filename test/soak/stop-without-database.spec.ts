import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { TestServer } from '../support/server.js';
import { Wire } from '../support/wire.js';

/** Docker kills after this long what has not stopped by itself. */
const GRACE_MS = 10_000;
const PLUGIN = `export const preLLMHook = (context, request) => request;`;

let database: TestDatabase;
let wire: Wire;
let server: TestServer;
beforeEach(async () => {
  database = await createTestDatabase();
  wire = await Wire.to(database.url);
  server = await TestServer.start({ databaseUrl: wire.url });
  for (const id of ['a', 'b', 'c']) {
    await server.plugin(`${id}.mjs`, PLUGIN);
    const body = { name: id, path: `${id}.mjs`, enabled: true };
    expect((await server.client().post('/api/plugins', body)).status).toBe(201);
  }
});
afterEach(async () => {
  await server.stop();
  await wire.close();
  await database.drop();
});

it.each(['silence', 'cut'] as const)(
  '%s: stops of itself, in good time, whatever it has to report',
  async (kind) => {
    wire[kind]();
    const asked = performance.now();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(performance.now() - asked).toBeLessThan(GRACE_MS);
  },
);
