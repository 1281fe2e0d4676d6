/** The Postgres that tests and checks use: the server in TEST_DATABASE_URL, else an embedded one in `.test-data/`. */
import { fileURLToPath } from 'node:url';

/** @returns {Promise<{ url: string, close: () => Promise<void> }>} a superuser's URL */
export async function openTestPostgres() {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, close: async () => undefined };
  const { openDataFolder } = await import('../dist/src/platform/data-folder/index.js');
  const { openEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/index.js');
  const folder = await openDataFolder(fileURLToPath(new URL('../.test-data', import.meta.url)));
  const log = { info: () => undefined, warn: (message) => console.error(message) };
  // Test data need not survive a power cut.
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
  };
  const postgres = await openEmbeddedPostgres({ folder, log, settings });
  // The folder is ours alone, so whatever an earlier run left there was left by one that was killed.
  const { dropDatabases, TEST_PREFIX } = await import('../dist/test/support/test-run.js');
  await dropDatabases(postgres.url, TEST_PREFIX);
  return {
    url: postgres.url,
    close: async () => {
      await postgres.stop();
      await folder.release();
    },
  };
}
