import pg from 'pg';
import { boundedClient } from './bounded-client.js';
import { CONNECT_MS, NETWORK_MS, type PoolOptions } from './data-source.js';

/** Connections of their own, so that what they are for takes none from requests; answers are bounded in time. */
export class BoundedPool extends pg.Pool {
  /** @param more how Postgres names and sets these connections */
  constructor(
    url: string,
    { size, statementMs, givenUp }: PoolOptions,
    more: Pick<pg.PoolConfig, 'application_name' | 'options'>,
  ) {
    super({
      ...more,
      connectionString: url,
      max: size,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      Client: boundedClient(givenUp),
      ...(statementMs !== undefined && {
        statement_timeout: statementMs,
        query_timeout: statementMs + NETWORK_MS,
      }),
    });
    // A connection that is lost while nobody uses it is replaced at the next use.
    this.on('error', () => undefined);
  }
}
