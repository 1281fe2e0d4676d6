import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { boundedClient } from './bounded-client.js';
import { MIGRATIONS } from './migrations/index.js';

/** Longest wait for a connection, in milliseconds. */
export const CONNECT_MS = 5_000;
/** What the network may add to a statement's own time, in milliseconds. */
export const NETWORK_MS = 1_000;

/** The settings of a pool beside its address. */
export interface PoolOptions {
  /** Connections, at most. */
  size: number;
  /** Longest statement, in milliseconds; without it, as long as it takes. */
  statementMs?: number;
  /** Once it aborts, the database is taken for lost: every statement fails at once. */
  givenUp?: AbortSignal;
}

/**
 * A pool of connections, as every DataSource of the project has it; the schema is never synchronised.
 * With `statementMs` nobody waits longer than that for Postgres, not even when the network loses the answer,
 * and Postgres itself ends a transaction that its owner has left open.
 */
export function createDataSource(
  url: string,
  { size, statementMs, givenUp }: PoolOptions,
  entities: readonly EntityTarget<ObjectLiteral>[],
): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: [...entities] as never[],
    migrations: MIGRATIONS,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    applicationName: 'plugboard',
    poolSize: size,
    extra: {
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      Client: boundedClient(givenUp),
      ...(statementMs !== undefined && limits(statementMs)),
    },
    logging: false,
  });
}

function limits(statementMs: number): object {
  return {
    connectionTimeoutMillis: Math.min(CONNECT_MS, statementMs + NETWORK_MS),
    statement_timeout: statementMs,
    query_timeout: statementMs + NETWORK_MS,
    idle_in_transaction_session_timeout: statementMs + NETWORK_MS,
  };
}
