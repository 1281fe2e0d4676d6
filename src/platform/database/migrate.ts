import pg from 'pg';
import { CONNECT_MS, createDataSource } from './data-source.js';
import { migrateQueue } from './queue-schema.js';

/** An arbitrary constant: one migrator at a time over a whole fleet. */
const MIGRATION_LOCK = 7_301_977;

/**
 * Brings the schema up to date. Safe to run from several servers at once: the lock belongs to a connection that
 * does nothing else, so it lasts until that is closed, by us or by our end.
 * @param url Postgres URL
 */
export async function migrate(url: string): Promise<void> {
  const guard = new pg.Client({
    connectionString: url,
    application_name: 'plugboard migrations',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
  // What ends this connection ends the others too, and those tell of it.
  guard.on('error', () => undefined);
  await guard.connect();
  const source = createDataSource(url, { size: 1 }, []);
  try {
    await guard.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.initialize();
    await source.runMigrations();
    await migrateQueue(guard, url);
  } finally {
    if (source.isInitialized) await source.destroy();
    await guard.end();
  }
}
