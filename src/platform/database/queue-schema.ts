import type pg from 'pg';
import { WorkerPool } from './worker-pool.js';

/** The newest of graphile-worker's own migrations, as of the release that we depend on. */
export const QUEUE_SCHEMA = 18;

/**
 * Brings the queue's own schema up to date. The library is loaded only where there is something to do: that
 * takes a fifth of a second, which every later start is spared.
 * @param connection an open connection that holds the migration lock
 */
export async function migrateQueue(connection: pg.Client, url: string): Promise<void> {
  if ((await installedSchema(connection)) >= QUEUE_SCHEMA) return;
  const { Logger, runMigrations } = await import('graphile-worker');
  const pgPool = new WorkerPool(url, { size: 2 });
  try {
    await runMigrations({ pgPool, logger: new Logger(() => () => undefined) });
  } finally {
    await pgPool.end();
  }
}

async function installedSchema(connection: pg.Client): Promise<number> {
  const table = 'graphile_worker.migrations';
  const found = await connection.query<{ oid: string | null }>('select to_regclass($1) as oid', [table]);
  if (!found.rows[0]?.oid) return 0;
  const { rows } = await connection.query<{ id: number | null }>(`select max(id) as id from ${table}`);
  return rows[0]?.id ?? 0;
}
