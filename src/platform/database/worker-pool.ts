import pg from 'pg';
import { BoundedClient } from './bounded-client.js';
import { CONNECT_MS, NETWORK_MS, type PoolOptions } from './data-source.js';

/** The queue's own connections, so that its waiting for work takes none from requests. */
export class WorkerPool extends pg.Pool {
  constructor(url: string, { size, statementMs }: PoolOptions) {
    super({
      connectionString: url,
      application_name: 'plugboard jobs',
      max: size,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      ...(statementMs !== undefined && {
        Client: BoundedClient,
        statement_timeout: statementMs,
        query_timeout: statementMs + NETWORK_MS,
      }),
    });
    // A connection that ends while nobody uses it is replaced at the next use.
    this.on('error', () => undefined);
  }
}
