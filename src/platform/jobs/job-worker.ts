import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Task, TaskList } from 'graphile-worker';
import type { Logger } from 'pino';
import { WorkerPool } from '../database/worker-pool.js';
import { EventBus } from '../events/event-bus.js';
import { LOG } from '../tokens.js';
import { type JobHandler, JobHandlers } from './job-handlers.js';
import { JobRun } from './job-run.js';
import { JobRunTools } from './job-run-tools.js';
import { JOB_WORKER, type JobWorkerOptions, ownTask } from './job-timings.js';
import { workerLog } from './worker-log.js';

/** The library takes a fifth of a second to load; the server answers its first requests before that. */
const START_DELAY_MS = 200;

/**
 * Runs this server's share of the jobs. The library's runner gives up one worker after the other when it cannot
 * record the end of a job; whenever that happens, or the runner ends, a new one takes over.
 */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly runs = new Map<string, JobRun>();
  private readonly stopping = new AbortController();
  /** The end of the last runner, which jobs that it has begun delay. */
  private runnerEnd: Promise<void> = Promise.resolve();
  private stop: Promise<void> | null = null;
  private supervised: Promise<void> = Promise.resolve();

  constructor(
    private readonly pool: WorkerPool,
    private readonly handlers: JobHandlers,
    private readonly tools: JobRunTools,
    private readonly bus: EventBus,
    @Inject(LOG) private readonly log: Logger,
    @Inject(JOB_WORKER) private readonly options: JobWorkerOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.bus.on('event', (event) => {
      if (event.type === 'job.cancelling') this.runs.get(event.data.jobId)?.stop('cancelled');
    });
    this.supervised = this.keepRunning();
    void this.keepSweeping();
  }

  /** Settles when this server runs no more jobs; it begins to stop with the server. */
  get stopped(): Promise<void> {
    return (this.stop ??= this.stopAll());
  }

  /** Lets running jobs end for a while, then gives them back for another server or the next start. */
  beforeApplicationShutdown(): Promise<void> {
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    const { graceMs, abortMs } = this.options.timings;
    this.stopping.abort();
    const idle = this.supervised.then(() => this.runnerEnd);
    await Promise.race([idle, pause(graceMs)]);
    for (const run of this.runs.values()) run.stop('shutdown');
    await Promise.race([idle, pause(abortMs)]);
    const left = [...this.runs.values()].map((run) => run.abandon());
    await Promise.race([Promise.allSettled(left), pause(abortMs)]);
  }

  private async keepRunning(): Promise<void> {
    const { signal } = this.stopping;
    await pause(START_DELAY_MS, signal);
    while (!signal.aborted) {
      try {
        await this.runUntilBroken();
      } catch (error) {
        this.log.warn({ err: error }, 'jobs cannot be run just now');
      }
      await pause(this.options.timings.retryMs, signal);
    }
  }

  /** Resolves when the server stops, or the runner has lost a worker. */
  private async runUntilBroken(): Promise<void> {
    const { Logger: QueueLogger, run } = await import('graphile-worker');
    if (this.stopping.signal.aborted) return;
    if (this.runs.size === 0) await this.tools.reclaim();
    const runner = await run({
      pgPool: this.pool,
      concurrency: this.options.concurrency,
      pollInterval: this.options.timings.pollMs,
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: this.tasks(),
      logger: new QueueLogger(workerLog(this.log)),
    });
    const ended = runner.promise.catch(() => undefined);
    const broken = new Promise<void>((resolve) => runner.events.once('worker:fatalError', () => resolve()));
    await Promise.race([ended, broken, aborted(this.stopping.signal)]);
    // Its other workers finish what they have begun.
    this.runnerEnd = runner.stop().catch(() => undefined);
  }

  private tasks(): TaskList {
    const tasks: TaskList = {};
    for (const [kind, handler] of this.handlers.all())
      tasks[kind] = tasks[ownTask(kind, this.options.nodeId)] = this.task(handler);
    return tasks;
  }

  private task(handler: JobHandler): Task {
    return async (payload, { job }) => {
      const { jobId } = payload as { jobId: string };
      if (this.runs.has(jobId)) throw new Error(`job ${jobId} is still being stopped on this server`);
      const run = new JobRun(jobId, job, handler, this.tools);
      this.runs.set(jobId, run);
      try {
        await run.execute();
      } finally {
        this.runs.delete(jobId);
      }
    };
  }

  private async keepSweeping(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.tools.sweep();
      await pause(this.options.timings.sweepMs, signal);
    }
  }
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { ref: false, ...(signal && { signal }) }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
