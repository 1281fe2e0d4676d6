import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { type CatalogPage, generated } from '../support/catalog-origin.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ENTRIES = 20_000;
const LIMIT_MS = 120_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: TestDatabase;
let file: string;
let sources: string;
beforeAll(async () => {
  [folder, database] = [await temporaryFolder(), await createTestDatabase()];
  file = join(folder.path, 'catalogue.json');
  sources = JSON.stringify([{ kind: 'eliza', file }]);
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

async function write(entries: number, description: string): Promise<void> {
  const registry = Array.from({ length: entries }, (_, i) => [
    `@acme/plugin-${i}`,
    generated(`acme/plugin-${i}`, { description }),
  ]);
  await writeFile(file, JSON.stringify({ registry: Object.fromEntries(registry) }));
}

const start = (): Promise<TestServer> =>
  TestServer.start({ databaseUrl: database.url, env: { REGISTRY_SOURCES: sources } });

/** What the first page says, all of it. */
async function said(server: TestServer): Promise<string[]> {
  const { body } = await server.client().get<CatalogPage>('/api/registry/plugins');
  return [...new Set(body.plugins.map(({ description }) => description))];
}

/** Whether a merge is under way in the database. */
async function isMerging(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
       and xact_start is not null and query like '%insert into catalog_entry%'`,
  );
  return (rowCount ?? 0) > 0;
}

it(
  'a server that is killed in the middle of a refresh leaves the last good catalogue, and the next one goes on',
  async () => {
    await write(50, 'before');
    const first = await start();
    expect((await first.client().post('/api/registry/refresh')).body).toEqual({ ok: true, count: 50 });
    await write(ENTRIES, 'after');
    const refreshing = first
      .client()
      .post('/api/registry/refresh')
      .catch(() => undefined);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await eventually(async () => expect(await isMerging(client)).toBe(true), LIMIT_MS);
    await first.end('SIGKILL');
    await refreshing;
    await first.stop();
    const counted = await client.query<{ count: number }>(
      `select count(*)::integer as count from catalog_entry where document ->> 'description' = 'before'`,
    );
    expect(counted.rows).toEqual([{ count: 50 }]);

    const next = await start();
    await eventually(async () => expect(await said(next)).toEqual(['after']), LIMIT_MS);
    expect((await next.client().post('/api/registry/refresh')).body).toEqual({ ok: true, count: ENTRIES });
    const staged = await client.query(`select from pg_class where relname = 'catalog_staging'`);
    expect(staged.rowCount).toBe(0);
    await client.end();
    await next.stop();
  },
  2 * LIMIT_MS,
);
