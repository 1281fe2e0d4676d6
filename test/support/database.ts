import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import pg from 'pg';

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Where `npm test` tells the specs which server and which migrated template to use. */
export const TEST_SERVER = 'PLUGBOARD_TEST_DATABASE_URL';
export const TEST_TEMPLATE = 'PLUGBOARD_TEST_TEMPLATE';

/**
 * Makes a fresh, migrated database: a copy of the run's template when there is one (about 50 ms), else an empty
 * one that is migrated here.
 * @throws Error when no server is known, so that no test passes for want of one
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env[TEST_SERVER] ?? process.env['TEST_DATABASE_URL'];
  if (!server) throw new Error('No database server for tests: run "npm test", or set TEST_DATABASE_URL');
  const template = process.env[TEST_TEMPLATE];
  const name = `${template ?? 'plugboard'}_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  const url = databaseOn(server, name);
  if (!template) await migrateWhereThereIsASchema(url);
  return { url, drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** @returns whether there was a migration to run */
export async function migrateWhereThereIsASchema(url: string): Promise<boolean> {
  const program = new URL('../../src/platform/database/migrate.js', import.meta.url);
  if (!existsSync(program)) return false;
  const { migrate } = (await import(program.href)) as { migrate(url: string): Promise<void> };
  await migrate(url);
  return true;
}

/** Runs statements on their own connection. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The address of another database on the same server. */
export function databaseOn(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
