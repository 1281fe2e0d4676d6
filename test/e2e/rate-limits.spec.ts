import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { client } from '../support/http.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const [TOKEN, ADDRESS, FAILURES] = [100, 150, 10];
const ENV = {
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
  JWT_SECRET: 'one secret for both of the servers',
  RATE_LIMIT_TOKEN: String(TOKEN),
  RATE_LIMIT_ADDRESS: String(ADDRESS),
  RATE_LIMIT_FAILURES: String(FAILURES),
  TRUSTED_PROXIES: '127.0.0.1',
};
/** A server tells the others of so many requests of a quota at once. */
const part = (quota: number): number => Math.max(1, Math.floor(quota / 50));
/** What two servers may let through too much: a part each, and as much while that is told. */
const MARGIN = 20;

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let servers: TestServer[];
let shared: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
  const start = (name: string): Promise<TestServer> =>
    TestServer.start({ databaseUrl: database.url, dataDir: `${folder.path}/${name}`, env: ENV });
  servers = await Promise.all([start('one'), start('two')]);
  shared = new pg.Client({ connectionString: database.url });
  await shared.connect();
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await shared.end();
  await database.drop();
  await folder.remove();
});

let hosts = 0;
/** A client of an address of its own. */
const newcomer = (): Record<string, string> => ({ 'x-forwarded-for': `203.0.113.${++hosts}` });
const server = (i: number): TestServer => servers[i % servers.length] as TestServer;

/**
 * Sends so many requests, one after the other and in turns to both servers, none before the servers have told each
 * other of those before: how long that takes is the machine's. Answers how many had each status.
 */
async function count(
  times: number,
  { name, quota, passing }: { name: string; quota: number; passing: number },
  send: (url: string, i: number) => Promise<number>,
): Promise<{ statuses: Record<number, number>; most: number }> {
  const started = performance.now();
  const refilled = (): number => Math.ceil(((performance.now() - started) * quota) / 60_000);
  const statuses: Record<number, number> = {};
  for (let i = 0; i < times; i++) {
    const status = await send(server(i).url, i);
    statuses[status] = (statuses[status] ?? 0) + 1;
    const told = (statuses[passing] ?? 0) - 2 * part(quota);
    if (status === passing && told > 0)
      await eventually(async () =>
        expect(await levelOf(name)).toBeLessThanOrEqual(quota - told + refilled()),
      );
  }
  return { statuses, most: quota + MARGIN + refilled() };
}

/** What is left of the quota that was spent from last. */
async function levelOf(name: string): Promise<number> {
  const last = 'select level from rate_limit where key like $1 order by at desc limit 1';
  const { rows } = await shared.query<{ level: number }>(last, [`${name}:%`]);
  return rows[0]?.level ?? Infinity;
}

describe('the quota of a token', () => {
  it('holds on both servers together, and the answers say what is left', async () => {
    const first = await server(0).client().get('/api/auth/whoami', undefined, newcomer());
    expect(first.headers.get('ratelimit-policy')).toBe(
      `"token";q=${TOKEN};w=60, "address";q=${ADDRESS};w=60`,
    );
    expect(first.headers.get('ratelimit')).toMatch(/^"token";r=99;t=[01], "address";r=149;t=[01]$/);
    const spent = { name: 'token', quota: TOKEN, passing: 200 };
    const { statuses, most } = await count(200, spent, async (url) => {
      const answer = await client(url, server(0).token).get('/api/auth/whoami', undefined, newcomer());
      return answer.status;
    });
    expect(Object.keys(statuses)).toEqual(['200', '429']);
    expect(statuses[200]).toBeGreaterThanOrEqual(TOKEN - 1);
    expect(statuses[200]).toBeLessThanOrEqual(most);
  });

  it('used up is told as an error, with when to come back; nobody else is kept out', async () => {
    const refused = await eventually(async () => {
      const answer = await server(0).client().get('/api/plugins', undefined, newcomer());
      expect(answer.status).toBe(429);
      return answer;
    });
    expect(refused.body).toMatchObject({
      type: 'rate_limit_error',
      error: { code: 'rate_limited', message: expect.stringContaining('RATE_LIMIT_TOKEN') },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit')).toMatch(/^"token";r=0;t=\d+$/);
    expect((await client(server(0).url).get('/health/ready')).status).toBe(200);
  });
});

it('the quota of an address holds for whatever it asks for, on both servers together', async () => {
  const headers = newcomer();
  const ask = async (url: string): Promise<number> => (await fetch(`${url}/nothing`, { headers })).status;
  const { statuses, most } = await count(250, { name: 'address', quota: ADDRESS, passing: 404 }, ask);
  expect(Object.keys(statuses)).toEqual(['404', '429']);
  expect(statuses[404]).toBeGreaterThanOrEqual(ADDRESS);
  expect(statuses[404]).toBeLessThanOrEqual(most);
  const other = await fetch(`${server(0).url}/nothing`, { headers: newcomer() });
  expect(other.status).toBe(404);
  const live = await fetch(`${server(0).url}/health/live`, { headers });
  expect(live.status).toBe(200);
});

it('an address that guesses tokens is kept from guessing on, on both servers together', async () => {
  const headers = newcomer();
  const spent = { name: 'failures', quota: FAILURES, passing: 401 };
  const { statuses, most } = await count(50, spent, async (url, i) => {
    const answer = await client(url, `sk-bf-guess-${i}`).get('/api/plugins', undefined, headers);
    return answer.status;
  });
  expect(Object.keys(statuses)).toEqual(['401', '429']);
  expect(statuses[401]).toBeLessThanOrEqual(most);
  const elsewhere = await client(server(0).url, 'sk-bf-guess').get('/api/plugins', undefined, newcomer());
  expect(elsewhere.status).toBe(401);
});
