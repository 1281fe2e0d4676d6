import type { Logger } from 'pino';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Config } from '../../config.js';
import type { DataFolder } from '../data-folder/index.js';
import { createDataSource } from './data-source.js';
import { openEmbeddedPostgres } from './embedded/index.js';
import { PostgresListener } from './listener.js';
import { migrate } from './migrate.js';

/** An open, migrated database and the connection that listens to it. */
export interface Database {
  dataSource: DataSource;
  listener: PostgresListener;
  close(): Promise<void>;
}

/** Uses DATABASE_URL, or starts the embedded Postgres in the data folder; then migrates and connects. */
export async function openDatabase(
  config: Config,
  folder: DataFolder,
  log: Logger,
  entities: readonly EntityTarget<ObjectLiteral>[],
): Promise<Database> {
  const embedded = config.DATABASE_URL ? null : await openEmbeddedPostgres({ folder, log });
  const url = embedded?.url ?? config.DATABASE_URL;
  const dataSource = createDataSource(url, config.DATABASE_POOL, entities);
  const listener = new PostgresListener(url, log);
  const close = async (): Promise<void> => {
    await listener.stop();
    if (dataSource.isInitialized) await dataSource.destroy();
    await embedded?.stop();
  };
  try {
    await migrate(url);
    await Promise.all([dataSource.initialize(), listener.start()]);
  } catch (error) {
    await close();
    throw error;
  }
  return { dataSource, listener, close };
}
