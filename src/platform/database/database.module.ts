import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabasePing } from './database-ping.js';
import { PostgresListener } from './listener.js';
import { LongTransactions } from './long-transactions.js';
import { Transactions } from './transaction.js';
import { WorkerPool } from './worker-pool.js';

/** Gives everyone the open DataSource, transactions and the notification listener that start-up made. */
@Global()
@Module({})
export class DatabaseModule {
  static of(dataSource: DataSource, listener: PostgresListener, workerPool: WorkerPool): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: PostgresListener, useValue: listener },
        { provide: WorkerPool, useValue: workerPool },
        DatabasePing,
        LongTransactions,
        Transactions,
      ],
      exports: [DataSource, DatabasePing, LongTransactions, PostgresListener, Transactions, WorkerPool],
    };
  }
}
