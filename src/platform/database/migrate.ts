import { createDataSource } from './data-source.js';

/** An arbitrary constant: one migrator at a time over a whole fleet. */
const MIGRATION_LOCK = 7_301_977;

/**
 * Brings the schema up to date. Safe to run from several servers at once.
 * @param url Postgres URL
 */
export async function migrate(url: string): Promise<void> {
  const source = createDataSource(url, 2, []);
  await source.initialize();
  try {
    await source.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}
