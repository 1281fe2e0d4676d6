import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { ENTITIES } from '../../src/entities.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { PostgresListener } from '../../src/platform/database/listener.js';
import { Transactions } from '../../src/platform/database/transaction.js';
import { WorkerPool } from '../../src/platform/database/worker-pool.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import type { AppEvent } from '../../src/platform/events/event-map.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import { SYSTEM } from '../../src/platform/http/request.js';
import { JobHandlers } from '../../src/platform/jobs/job-handlers.js';
import { JobQueueRepository } from '../../src/platform/jobs/job-queue.repository.js';
import { JobRunTools } from '../../src/platform/jobs/job-run-tools.js';
import { JobSteps } from '../../src/platform/jobs/job-steps.js';
import { JOB_TIMINGS, type JobTimings } from '../../src/platform/jobs/job-timings.js';
import { JobWaiter } from '../../src/platform/jobs/job-waiter.js';
import { JobWorker } from '../../src/platform/jobs/job-worker.js';
import { JobRepository } from '../../src/platform/jobs/job.repository.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { eventually } from './eventually.js';

interface WorldOptions {
  nodeId?: string;
  concurrency?: number;
  timings?: Partial<JobTimings>;
}

/** One server's jobs over a test database, without the rest of the server. */
export class JobsWorld {
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly worker: JobWorker;
  readonly waiter: JobWaiter;
  readonly bus: EventBus;
  readonly heard: AppEvent[] = [];

  private constructor(
    readonly dataSource: DataSource,
    readonly listener: PostgresListener,
    readonly pool: WorkerPool,
    { nodeId = 'node', concurrency = 2, timings }: WorldOptions,
  ) {
    const log = pino({ level: 'silent' });
    const options = {
      nodeId,
      concurrency,
      timings: { ...JOB_TIMINGS, retryMs: 100, pollMs: 100, ...timings },
    };
    const handlers = new JobHandlers();
    const repository = new JobRepository(dataSource);
    const queue = new JobQueueRepository(dataSource);
    this.transactions = new Transactions(dataSource);
    this.bus = new EventBus(new EventRepository(dataSource), listener);
    const audit = new AuditRepository(dataSource);
    const steps = new JobSteps(this.transactions, repository, queue, audit, this.bus);
    const tools = new JobRunTools(steps, repository, queue, log, options);
    this.worker = new JobWorker(pool, handlers, tools, this.bus, log, options);
    this.waiter = new JobWaiter(repository, this.bus, this.worker);
    this.jobs = new Jobs(handlers, repository, steps, this.waiter);
    this.bus.on('event', (event) => this.heard.push(event));
  }

  static async open(url: string, options: WorldOptions = {}): Promise<JobsWorld> {
    const dataSource = createDataSource(url, { size: 4, statementMs: 5_000 }, ENTITIES);
    const listener = new PostgresListener(url, pino({ level: 'silent' }));
    await Promise.all([dataSource.initialize(), listener.start()]);
    return new JobsWorld(dataSource, listener, new WorkerPool(url, { size: 4, statementMs: 5_000 }), options);
  }

  /** Begins to run jobs; handlers must be defined by now. */
  start(): void {
    this.worker.onApplicationBootstrap();
  }

  enqueue(kind: string, payload: unknown = {}, subject = 'subject'): Promise<string> {
    return this.transactions.run((tx) => this.jobs.enqueue(tx, SYSTEM, { kind, subject, payload }));
  }

  /** Has the queue try again at once, instead of after a while. */
  async hurry(id: string): Promise<void> {
    await eventually(async () => {
      const rows = await this.dataSource.query<unknown[]>(
        `select graphile_worker.reschedule_jobs(array[q.id], now()) from graphile_worker.jobs q
         where key = $1 and locked_at is null and run_at > now()`,
        [id],
      );
      if (rows.length === 0) throw new Error('the job does not wait for another try');
    });
  }

  /** The first event of this type about the job, now or later. */
  until(type: AppEvent['type'], jobId: string): Promise<AppEvent> {
    const wanted = (event: AppEvent): boolean =>
      event.type === type && 'jobId' in event.data && event.data.jobId === jobId;
    return new Promise((resolve) => {
      const past = this.heard.find(wanted);
      if (past) resolve(past);
      this.bus.on('event', (event) => {
        if (wanted(event)) resolve(event);
      });
    });
  }

  /** Stops as a server does. */
  async close(): Promise<void> {
    await Promise.all([this.worker.beforeApplicationShutdown(), this.waiter.beforeApplicationShutdown()]);
    await Promise.all([this.listener.stop(), this.pool.end(), this.dataSource.destroy()]);
  }
}

/** A promise to be settled from outside. */
export interface Gate {
  opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Rejects when the signal fires, as the work of a well-behaved handler does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
