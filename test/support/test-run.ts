import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { databaseOn, execute, migrateWhereThereIsASchema, TEST_SERVER, TEST_TEMPLATE } from './database.js';
import { parseProjectDocument, TEST_DOCUMENT } from './project-document.js';
import { temporaryFolder } from './temporary-folder.js';

/** How the names of all databases of all runs begin. */
export const TEST_PREFIX = 'plugboard_test_';

/** What one run of the tests has on the server. */
export interface TestRun {
  /** Variables that tell the specs about it. */
  readonly environment: Record<string, string>;
  /** Drops every database of the run, also those that a killed spec left, and its files. */
  close(): Promise<void>;
}

/**
 * Makes the migrated template that the run's databases are copied from. All their names begin with the run's, so
 * several runs may share a server. Beside it, openapi.yaml in a form that each spec reads at once.
 * @param run a few letters and digits, another for each run
 */
export async function prepareTestRun(server: string, run: string): Promise<TestRun> {
  const template = `${TEST_PREFIX}${run}`;
  const folder = await temporaryFolder();
  const close = async (): Promise<void> => {
    await folder.remove();
    await dropDatabases(server, template);
  };
  const document = join(folder.path, 'openapi.json');
  try {
    await writeFile(document, JSON.stringify(parseProjectDocument()));
    await execute(server, `CREATE DATABASE ${template}`);
    await migrateWhereThereIsASchema(databaseOn(server, template));
  } catch (error) {
    await close();
    throw error;
  }
  const environment = { [TEST_SERVER]: server, [TEST_TEMPLATE]: template, [TEST_DOCUMENT]: document };
  return { environment, close };
}

/** Drops every database on the server whose name begins with `prefix`. */
export async function dropDatabases(server: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
