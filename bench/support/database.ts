import { openPostgres } from '../../test/support/embedded.js';
import { createTestDatabase, TEST_SERVER } from '../../test/support/database.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';

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
