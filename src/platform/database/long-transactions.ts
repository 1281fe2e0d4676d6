import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { createDataSource } from './data-source.js';
import type { Tx } from './transaction.js';

/**
 * Transactions whose statements may take longer than requests wait for one: work over whole tables. Each has a
 * connection of its own, so it holds up nobody who waits for one of the pool.
 */
@Injectable()
export class LongTransactions {
  constructor(private readonly dataSource: DataSource) {}

  /** @param work has no entities to go by, only SQL */
  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { url } = this.dataSource.options as { url: string };
    const source = createDataSource(url, { size: 1 }, []);
    await source.initialize();
    try {
      return await source.transaction(work);
    } finally {
      await source.destroy();
    }
  }
}
