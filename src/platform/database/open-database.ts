import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { Config } from '../../config.js';
import type { DataFolder } from '../data-folder/index.js';
import { createDataSource } from './data-source.js';
import { explainDatabase } from './database.error.js';
import { openEmbeddedPostgres } from './embedded/index.js';
import { PostgresListener } from './listener.js';
import { migrate } from './migrate.js';
import { PlannedStatements } from './planned-statements.js';
import { WorkerPool } from './worker-pool.js';

/** A database that is away does not answer a goodbye; nobody waits longer than this for one, in milliseconds. */
const GOODBYE_MS = 2_000;
/** What the job queue needs beside one connection a job: one listens, one cleans up. */
const QUEUE_CONNECTIONS = 2;
/** What one process can ask for at a time without more of them making all slower. */
const STATEMENT_CONNECTIONS = 4;

/** The connections of requests, the one that listens, and those of the job queue and of planned statements. */
export interface Connections {
  dataSource: DataSource;
  listener: PostgresListener;
  workerPool: WorkerPool;
  statements: PlannedStatements;
}

/** A database that is open and migrated. */
export interface Database extends Connections {
  /** Before a stop: where the database does not answer, nothing on the way down waits for it. */
  giveUpIfAway(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Uses DATABASE_URL, or starts the embedded Postgres in the data folder; then migrates and connects.
 * @throws DatabaseError
 */
export async function openDatabase(
  config: Config,
  folder: DataFolder,
  log: Logger,
  entities: readonly EntityTarget<ObjectLiteral>[],
): Promise<Database> {
  const embedded = config.DATABASE_URL ? null : await openEmbeddedPostgres({ folder, log });
  const url = embedded?.url ?? config.DATABASE_URL;
  const givenUp = new AbortController();
  setMaxListeners(0, givenUp.signal);
  const limits = { statementMs: config.DATABASE_TIMEOUT, givenUp: givenUp.signal };
  const dataSource = createDataSource(url, { size: config.DATABASE_POOL, ...limits }, entities);
  const listener = new PostgresListener(url, log);
  const workerPool = new WorkerPool(url, { size: config.JOB_CONCURRENCY + QUEUE_CONNECTIONS, ...limits });
  const statements = new PlannedStatements(url, { size: STATEMENT_CONNECTIONS, ...limits });
  const giveUpIfAway = async (): Promise<void> => {
    if (await listener.answers()) return;
    log.warn('the database does not answer: the server stops without it');
    givenUp.abort();
  };
  const close = async (): Promise<void> => {
    const goodbyes = [
      listener.stop(),
      workerPool.end(),
      statements.end(),
      dataSource.isInitialized ? dataSource.destroy() : Promise.resolve(),
    ];
    await Promise.race([Promise.allSettled(goodbyes), delay(GOODBYE_MS, undefined, { ref: false })]);
    await embedded?.stop();
  };
  try {
    await migrate(url);
    await Promise.all([dataSource.initialize(), listener.start()]);
  } catch (error) {
    await close();
    throw explainDatabase(url, error);
  }
  return { dataSource, listener, workerPool, statements, giveUpIfAway, close };
}
