import { openPostgres } from '../../test/support/embedded.js';
import { createTestDatabase, databaseOn, execute, TEST_SERVER } from '../../test/support/database.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';

const DUPLICATE_DATABASE = '42P04';

export interface BenchDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** A fresh, migrated database: on the server in TEST_DATABASE_URL, else on an embedded one in a temporary folder. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  if (process.env.TEST_DATABASE_URL) {
    const database = await createTestDatabase();
    return { url: database.url, close: () => database.drop() };
  }
  const folder = await temporaryFolder();
  const opened = await openPostgres(folder.path);
  process.env[TEST_SERVER] = opened.postgres.url;
  const database = await createTestDatabase();
  return {
    url: database.url,
    close: async () => {
      await opened.close();
      await folder.remove();
    },
  };
}

/**
 * The database of that name on the server in TEST_DATABASE_URL, migrated; it is made where it is missing, and closing
 * leaves it where it is.
 * @throws Error without TEST_DATABASE_URL: nothing outlives an embedded server
 */
export async function openKeptDatabase(name: string): Promise<BenchDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) throw new Error('--keep wants a database server in TEST_DATABASE_URL.');
  await execute(server, `create database ${name}`).catch((error: unknown) => {
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
  });
  const url = databaseOn(server, name);
  await migrate(url);
  return { url, close: () => Promise.resolve() };
}
