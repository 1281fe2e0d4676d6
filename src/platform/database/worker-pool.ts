import { BoundedPool } from './bounded-pool.js';
import type { PoolOptions } from './data-source.js';

/** The queue's connections: its waiting for work takes none from requests. */
export class WorkerPool extends BoundedPool {
  constructor(url: string, options: PoolOptions) {
    super(url, options, { application_name: 'plugboard jobs' });
  }
}
