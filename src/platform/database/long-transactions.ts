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
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.connected((source) => source.transaction(work));
  }

  /** Runs a statement that no transaction may surround, such as VACUUM. */
  async statement(sql: string): Promise<void> {
    await this.connected((source) => source.query(sql));
  }

  private async connected<T>(work: (source: DataSource) => Promise<T>): Promise<T> {
    const { url } = this.dataSource.options as { url: string };
    const source = createDataSource(url, { size: 1 }, []);
    await source.initialize();
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  }
}
