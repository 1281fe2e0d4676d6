import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../audit/audit.repository.js';
import { type Tx, Transactions } from '../database/transaction.js';
import { EventBus } from '../events/event-bus.js';
import type { RequestContext } from '../http/request.js';
import type { JobErrorRecord } from './job-error.js';
import { JobQueueRepository, type QueuedRun } from './job-queue.repository.js';
import type { JobEntity } from './job.entity.js';
import { isFinal } from './job-state.js';
import { type JobChanges, JobRepository, type NewJob } from './job.repository.js';
import type { ProgressStep } from './job-progress.js';
import { ownTask } from './job-timings.js';

/** How a run has ended for good. */
export type JobEnd =
  | { state: 'succeeded'; result: object | null }
  | { state: 'failed'; error: JobErrorRecord }
  | { state: 'cancelled' };

const LAST_PHASE = { succeeded: 'complete', failed: 'failed', cancelled: 'cancelled' } as const;

/**
 * The steps of a job's life, each one transaction: the row, the queue and the announcement. A step of a run that
 * another one has replaced changes nothing.
 */
@Injectable()
export class JobSteps {
  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: JobRepository,
    private readonly queue: JobQueueRepository,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
  ) {}

  /** Records, queues and announces a job; all of it only if `tx` commits. */
  async add(tx: Tx, context: RequestContext, job: NewJob): Promise<string> {
    const { kind, subject, onServer, lane = null } = job;
    const id = await this.jobs.insert(tx, context, job);
    await this.queue.add(tx, onServer === undefined ? kind : ownTask(kind, onServer), id, lane);
    const entry = { action: 'job.queue', targetType: 'job', targetId: id, after: { kind, subject } } as const;
    await this.audit.record(tx, context, entry);
    await this.bus.publish(tx, 'job.queued', { jobId: id, subject });
    return id;
  }

  /**
   * Ends a job that waits; asks the server that runs it to end one that runs.
   * @returns false when it has ended already
   */
  cancel(context: RequestContext, id: string): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const job = await this.jobs.lock(tx, id);
      if (!job || isFinal(job.state)) return false;
      const { kind, subject } = job;
      const before = { kind, subject, state: job.state };
      await this.audit.record(tx, context, { action: 'job.cancel', targetType: 'job', targetId: id, before });
      await this.jobs.requestCancel(tx, id);
      if (job.state === 'running') await this.bus.publish(tx, 'job.cancelling', { jobId: id, subject });
      else {
        await this.queue.remove(tx, id);
        await this.end(tx, job, { state: 'cancelled' });
      }
      return true;
    });
  }

  /** @returns the job as it runs from now on; null when there is nothing to run any more */
  start(id: string, nodeId: string, run: QueuedRun): Promise<JobEntity | null> {
    return this.transactions.run(async (tx) => {
      const job = await this.jobs.lock(tx, id);
      if (!job) return null;
      if (job.cancelRequestedAt) {
        await this.end(tx, job, { state: 'cancelled' });
        return null;
      }
      const message = run.attempts > 1 ? `Attempt ${run.attempts} of ${run.max_attempts}` : null;
      const running = { attempts: job.attempts + 1, nodeId, phase: 'starting', percentage: 0, message };
      const begun: JobChanges = job.startedAt ? {} : { startedAt: () => 'now()' };
      const changes: JobChanges = { ...running, ...begun, heartbeatAt: () => 'now()', error: null };
      if (!(await this.jobs.move(tx, job, 'running', changes))) return null;
      await this.announce(tx, job, running);
      return { ...job, ...running, state: 'running' };
    });
  }

  progress(job: JobEntity, steps: readonly ProgressStep[]): Promise<void> {
    return this.transactions.run(async (tx) => {
      const last = steps.at(-1);
      if (!last || !(await this.jobs.writeProgress(tx, job, last))) return;
      for (const step of steps) await this.announce(tx, job, step);
    });
  }

  /** @returns whether the run still counted */
  finish(job: JobEntity, end: JobEnd): Promise<boolean> {
    return this.ofRun(job, (tx, row) => this.end(tx, row, end));
  }

  /** The run has failed and the queue will try again. */
  retry(job: JobEntity, error: JobErrorRecord): Promise<boolean> {
    return this.ofRun(job, async (tx, row) => {
      const message = `To be tried again: ${error.message}`.slice(0, 500);
      await this.requeue(tx, row, { error, message });
    });
  }

  /** This server stops; another one, or the next start of this one, begins the job anew. */
  release(job: JobEntity, run: QueuedRun): Promise<boolean> {
    return this.ofRun(job, async (tx, row) => {
      await this.queue.release(tx, run);
      await this.requeue(tx, row, { message: 'To be continued: the server that ran it has stopped.' });
    });
  }

  /** Ends a job that no server will run. */
  async giveUp(id: string, error: JobErrorRecord): Promise<void> {
    await this.transactions.run(async (tx) => {
      const job = await this.jobs.lock(tx, id);
      await this.queue.remove(tx, id);
      if (job) await this.end(tx, job, { state: 'failed', error });
    });
  }

  /** The last step, in a transaction that holds the row. @returns false when the job has ended already */
  async end(tx: Tx, job: JobEntity, end: JobEnd): Promise<boolean> {
    const changes: JobChanges = { phase: LAST_PHASE[end.state], finishedAt: () => 'now()', message: null };
    if (end.state === 'succeeded') Object.assign(changes, { percentage: 100, result: end.result });
    if (end.state === 'failed') changes.error = end.error;
    if (!(await this.jobs.move(tx, job, end.state, changes))) return false;
    await this.bus.publish(tx, 'job.finished', { jobId: job.id, subject: job.subject, state: end.state });
    return true;
  }

  private ofRun(job: JobEntity, step: (tx: Tx, row: JobEntity) => Promise<unknown>): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const row = await this.jobs.lock(tx, job.id);
      if (row?.state !== 'running' || row.attempts !== job.attempts) return false;
      await step(tx, row);
      return true;
    });
  }

  private async requeue(tx: Tx, job: JobEntity, changes: JobChanges & { message: string }): Promise<void> {
    await this.jobs.move(tx, job, 'queued', changes);
    await this.announce(tx, job, { phase: job.phase, percentage: job.percentage, message: changes.message });
  }

  private announce(tx: Tx, { id, subject }: JobEntity, step: ProgressStep): Promise<void> {
    const { phase, percentage, message } = step;
    return this.bus.publish(tx, 'job.progress', { jobId: id, subject, phase, percentage, message });
  }
}
