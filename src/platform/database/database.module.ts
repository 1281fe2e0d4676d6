import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabasePing } from './database-ping.js';
import { PostgresListener } from './listener.js';
import { LongTransactions } from './long-transactions.js';
import { PlannedStatements } from './planned-statements.js';
import { Transactions } from './transaction.js';
import type { Connections } from './open-database.js';
import { WorkerPool } from './worker-pool.js';

/** Gives everyone what start-up has opened, and transactions. */
@Global()
@Module({})
export class DatabaseModule {
  static of({ dataSource, listener, workerPool, statements }: Connections): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: PostgresListener, useValue: listener },
        { provide: WorkerPool, useValue: workerPool },
        { provide: PlannedStatements, useValue: statements },
        DatabasePing,
        LongTransactions,
        Transactions,
      ],
      exports: [
        ...[DataSource, DatabasePing, LongTransactions, PlannedStatements, PostgresListener, Transactions],
        WorkerPool,
      ],
    };
  }
}
