import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ask } from '../support/embedded.js';
import { TestServer } from '../support/server.js';

const SECRET = 'correct-horse-battery-staple-42';
const NESTED = 'nested-secret-of-the-plugin-77';
/** Prints what it was given, as a careless author would. */
const PLUGIN = `import { createHash } from 'node:crypto';
export const name = 'p';
export function init(config) {
  console.log('config is ' + JSON.stringify(config));
  console.error(new Error('bad key ' + config.apiKey));
  console.log('hash ' + createHash('sha256').update(String(config.apiKey)).digest('hex').slice(0, 8));
}
export const preLLMHook = (context, request) => { throw new Error('failed with ' + ${JSON.stringify(SECRET)}); };`;

const tokens: string[] = [];

let database: TestDatabase;
let server: TestServer;
beforeAll(async () => {
  database = await createTestDatabase();
  const env = { SECRETS_KEY: randomBytes(32).toString('base64'), LOG_LEVEL: 'trace' };
  server = await TestServer.start({ databaseUrl: database.url, env });
  tokens.push(server.token);
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function revealed(): Promise<unknown> {
  const body = { key: 'apiKey', reason: 'to compare' };
  return (await server.client().post<{ value: unknown }>('/api/plugins/p/reveal', body)).body.value;
}

describe('secrets', () => {
  it('are nowhere in the clear: not in answers, not in the database', async () => {
    await server.plugin('p.mjs', PLUGIN);
    const config = { apiKey: SECRET, deep: { list: [{ password: NESTED }] } };
    const body = { name: 'p', path: 'p.mjs', enabled: true, config };
    const created = await server.client().post('/api/plugins', body, { 'idempotency-key': 'create-p' });
    expect(created.status).toBe(201);
    await server.client().post('/api/plugins', { ...body, name: 'lost', config: { apiKey: SECRET } });
    const key = await server.client().post<{ key: string }>('/api/auth/virtual-keys', { name: 'k' });
    tokens.push(key.body.key);
    const hook = await server.client().post('/api/plugins/p/hooks/preLLMHook', { request: {} });
    const failed = await server
      .client()
      .put('/api/plugins/p', { config: { apiKey: `${SECRET}2` }, path: 'gone.mjs' });
    expect(failed.status).toBe(422);
    const asked = ['/api/plugins', '/api/plugins/p', '/api/audit', '/metrics'].map((path) =>
      server.client().get(path),
    );
    const shown = [created, hook, failed, ...(await Promise.all(asked))].map(({ text }) => text).join('\n');
    for (const secret of [SECRET, NESTED]) expect(shown).not.toContain(secret);
    expect(await revealed()).toBe(SECRET);
    const rows = await dump(database.url);
    expect(rows).toContain('plugin.create');
    for (const secret of [SECRET, NESTED, ...tokens]) expect(rows).not.toContain(secret);
  });

  it('were never printed, nor were tokens', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    const printed = server.printed.replace(/^.*Admin token.*$/m, '');
    expect(printed).toContain('"level":20');
    for (const secret of [SECRET, NESTED, ...tokens]) expect(printed).not.toContain(secret);
  });
});

/** Every row of every table as text. */
async function dump(url: string): Promise<string> {
  const tables = await ask(
    url,
    `select string_agg(quote_ident(tablename), ',') from pg_tables where schemaname = 'public'`,
  );
  const rows = tables
    .split(',')
    .map((table) => ask(url, `select string_agg(t::text, chr(10)) from ${table} t`));
  return (await Promise.all(rows)).join('\n');
}
