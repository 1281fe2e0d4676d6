import pg from 'pg';
import { BoundedClient } from './bounded-client.js';
import { CONNECT_MS } from './data-source.js';

/** What the network may add to a statement's own time, in milliseconds. */
const NETWORK_MS = 1_000;

/** The queue's own connections, so that its waiting for work takes none from requests. */
export class WorkerPool extends pg.Pool {
  /**
   * @param size connections, at most
   * @param statementMs longest statement, in milliseconds; without it, as long as it takes
   */
  constructor(url: string, { size, statementMs }: { size: number; statementMs?: number }) {
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
