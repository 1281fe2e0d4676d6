import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { TestServer } from '../support/server.js';
import { Wire } from '../support/wire.js';

const READS = 10;
/** The server also does things at its own pace, heartbeats and looks at the queue; so often is it given to be quiet. */
const TRIES = 50;
const CHANGES = 5;

let database: TestDatabase;
let wire: Wire;
let server: TestServer;
let call: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  wire = await Wire.to(database.url);
  server = await TestServer.start({ databaseUrl: wire.url });
  call = server.client();
});
afterAll(async () => {
  await server.stop();
  await wire.close();
  await database.drop();
});

/** The fewest statements that went to the database during READS reads, of several tries. */
async function statementsOfReads(
  path: string,
  headers: Record<string, string>,
  status: number,
): Promise<number> {
  let fewest = Infinity;
  for (let tries = 0; fewest > 0 && tries < TRIES; tries++) {
    const statements = await wire.statementsOf(async () => {
      for (let i = 0; i < READS; i++) expect((await call.get(path, undefined, headers)).status).toBe(status);
    });
    fewest = Math.min(fewest, statements);
  }
  return fewest;
}

it.each([
  ['the list', '/api/plugins', {}],
  ['the compressed list', '/api/plugins', { 'accept-encoding': 'br' }],
  ['a filtered list', '/api/plugins?enabled=false', {}],
  ['a compressed page', '/api/plugins?limit=1', { 'accept-encoding': 'gzip' }],
  ['one plugin', '/api/plugins/pii-redactor', {}],
])('reads %s without asking the database', async (_, path, headers) => {
  const { etag } = Object.fromEntries((await call.get(path, undefined, headers)).headers);
  expect(await statementsOfReads(path, headers, 200)).toBe(0);
  const seen = { ...headers, 'if-none-match': etag ?? '' };
  expect(await statementsOfReads(path, seen, 304)).toBe(0);
});

it('would notice if it did', async () => {
  expect(await statementsOfReads('/api/audit?limit=1', {}, 200)).toBeGreaterThanOrEqual(READS);
});

it.each(['/api/plugins', '/api/plugins?q=header', '/api/plugins/header-policy'])(
  'sends a change to the next reader of %s all the same',
  async (path) => {
    const before = await call.get(path);
    const team = `team-${path.length}`;
    const config = { setHeaders: { 'x-team': team } };
    expect((await call.put('/api/plugins/header-policy', { config })).status).toBe(200);
    const after = await call.get(path, undefined, { 'if-none-match': before.headers.get('etag') ?? '' });
    expect([after.status, after.text.includes(`"x-team":"${team}"`)]).toEqual([200, true]);
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
  },
);

it('reads the record of a plugin once for a change of its settings', async () => {
  await server.plugin('quiet.mjs', `export const getName = () => 'quiet';`);
  await call.post('/api/plugins', { name: 'quiet', path: 'quiet.mjs' });
  await call.get('/api/plugins');
  let fewest = Infinity;
  for (let attempt = 0; fewest > CHANGES && attempt < TRIES; attempt++) {
    const rows = await wire.countOf(/FROM "plugin" /g, async () => {
      for (let n = 0; n < CHANGES; n++)
        expect(await call.put('/api/plugins/quiet', { config: { n } })).toMatchObject({
          status: 200,
          body: { plugin: { config: { n } } },
        });
    });
    expect(rows).toBeGreaterThanOrEqual(CHANGES);
    fewest = Math.min(fewest, rows);
  }
  expect(fewest).toBe(CHANGES);
});

it('refuses who may not read as on any other route', async () => {
  const key = await call.post<{ key: string }>('/api/auth/virtual-keys', {
    name: 'no',
    scopes: ['audit:read'],
  });
  const other = server.client(key.body.key);
  for (const [path, operation] of [
    ['/api/plugins', 'listPlugins'],
    ['/api/plugins?enabled=false', 'listPlugins'],
    ['/api/plugins/pii-redactor', 'getPlugin'],
  ] as const)
    for (let i = 0; i < 2; i++)
      expect(await other.get(path)).toMatchObject({
        status: 403,
        body: { error: { code: 'scope_missing' }, extra_fields: { request_type: operation } },
      });
});
