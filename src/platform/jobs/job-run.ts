import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../database/database-away.js';
import { AppError } from '../http/errors.js';
import type { RequestContext } from '../http/request.js';
import { isTransient, recordOf } from './job-error.js';
import type { JobHandler } from './job-handlers.js';
import { ProgressWriter } from './job-progress.js';
import type { QueuedRun } from './job-queue.repository.js';
import type { JobEnd, JobSteps } from './job-steps.js';
import type { JobTimings } from './job-timings.js';
import type { JobEntity } from './job.entity.js';
import type { JobRepository } from './job.repository.js';

/** Why a run has to stop: it was cancelled, its server stops, or another server has taken it over. */
export type StopReason = 'cancelled' | 'shutdown' | 'lost';

/** What the signal of a handler fires with. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped';
  constructor(readonly reason: StopReason) {
    super(`The job has to stop: ${reason}`);
  }
}

/** What a run works with. */
export interface RunTools {
  nodeId: string;
  steps: JobSteps;
  jobs: JobRepository;
  timings: JobTimings;
  log: Logger;
}

/**
 * One attempt at one job: begins it, shows signs of life while the handler works, and records how it ended.
 * Without signs of life for too long it takes itself for replaced and stops, before another server begins.
 */
export class JobRun {
  private readonly abort = new AbortController();
  private job: JobEntity | null = null;
  private aliveAt = performance.now();
  private abandoned = false;

  constructor(
    private readonly id: string,
    private readonly queued: QueuedRun,
    private readonly handler: JobHandler,
    private readonly tools: RunTools,
  ) {}

  /** @throws what makes the queue try again, or nothing at all when the job needs no further run */
  async execute(): Promise<void> {
    const { steps, nodeId, timings } = this.tools;
    this.job = await steps.start(this.id, nodeId, this.queued);
    if (!this.job) return;
    const { job } = this;
    const progress = new ProgressWriter((news) => steps.progress(job, news), timings.progressMs);
    const heartbeat = setInterval(() => void this.beat(job), timings.heartbeatMs);
    try {
      const record = await this.work(job, progress).then(
        (result) => () => this.finish(job, { state: 'succeeded', result: result ?? null }),
        (error: unknown) => () => this.fail(job, error),
      );
      await progress.flush();
      await this.persist(record);
    } finally {
      clearInterval(heartbeat);
    }
  }

  stop(reason: StopReason): void {
    this.abort.abort(new JobStopped(reason));
  }

  /** Gives the job back although its handler has not ended. */
  async abandon(): Promise<void> {
    this.abandoned = true;
    if (this.job) await this.tools.steps.release(this.job, this.queued);
  }

  private async work(job: JobEntity, progress: ProgressWriter): Promise<object | undefined> {
    return this.handler({
      id: job.id,
      subject: job.subject,
      payload: job.payload,
      context: contextOf(job),
      attempt: this.queued.attempts,
      signal: this.abort.signal,
      progress: (phase, percentage, message) => progress.report(phase, percentage, message),
    });
  }

  private get stopped(): StopReason | null {
    const reason: unknown = this.abort.signal.reason;
    return reason instanceof JobStopped ? reason.reason : null;
  }

  private async fail(job: JobEntity, error: unknown): Promise<void> {
    const { steps, log } = this.tools;
    const { id, kind, requestId } = job;
    if (this.stopped === 'cancelled') return this.finish(job, { state: 'cancelled' });
    if (this.stopped === 'shutdown') await steps.release(job, this.queued);
    if (this.stopped) throw new JobStopped(this.stopped);
    if (!(error instanceof AppError))
      log.error({ err: error, jobId: id, kind, requestId }, 'a job has failed');
    const record = recordOf(error, requestId);
    if (!isTransient(error) || this.queued.attempts >= this.queued.max_attempts)
      return this.finish(job, { state: 'failed', error: record });
    await steps.retry(job, record);
    throw error;
  }

  private async finish(job: JobEntity, end: JobEnd): Promise<void> {
    if (!(await this.tools.steps.finish(job, end))) throw new JobStopped('lost');
  }

  /** Tries to record the end for as long as the run counts. */
  private async persist(step: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await step();
        return;
      } catch (error) {
        if (!isDatabaseAway(error) || this.stopped === 'lost' || this.abandoned) throw error;
      }
      await delay(this.tools.timings.retryMs);
    }
  }

  private async beat(job: JobEntity): Promise<void> {
    const { jobs, timings } = this.tools;
    const sentAt = performance.now();
    try {
      const { counts, cancelled } = await jobs.beat(job);
      this.aliveAt = sentAt;
      if (!counts) this.stop('lost');
      else if (cancelled) this.stop('cancelled');
    } catch {
      if (performance.now() - this.aliveAt > timings.deadMs - timings.heartbeatMs) this.stop('lost');
    }
  }
}

function contextOf({ requestId, actorKind, actorId, actorName }: JobEntity): RequestContext {
  return { requestId, actor: { kind: actorKind, id: actorId, name: actorName, scopes: new Set() } };
}
