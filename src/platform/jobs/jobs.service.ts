import { Injectable } from '@nestjs/common';
import type { Tx } from '../database/transaction.js';
import { Conflict, NotFound } from '../http/errors.js';
import type { RequestContext } from '../http/request.js';
import { JobFailure } from './job-error.js';
import { type JobHandler, JobHandlers } from './job-handlers.js';
import { isJobId } from './job-id.js';
import { JobSteps } from './job-steps.js';
import { type JobView, viewOf } from './job-view.js';
import { JobWaiter } from './job-waiter.js';
import type { JobEntity } from './job.entity.js';
import { type JobFilter, JobRepository, type NewJob } from './job.repository.js';

/** Which jobs to list. */
export interface JobListing extends Partial<JobFilter> {
  limit?: number;
}

/** A job that has not ended, and what it was told. */
export interface OpenJob extends JobView {
  payload: unknown;
}

export interface JobPage {
  jobs: JobView[];
  count: number;
  /** `cursor` of the next page; null on the last one. */
  nextCursor: string | null;
}

const DEFAULT_LIMIT = 50;

/**
 * Long work: queued in the transaction that records it, run once by any server of the fleet, and taken up again
 * when that server dies.
 */
@Injectable()
export class Jobs {
  constructor(
    private readonly handlers: JobHandlers,
    private readonly jobs: JobRepository,
    private readonly steps: JobSteps,
    private readonly waiter: JobWaiter,
  ) {}

  /** Says who does jobs of `kind`; for modules, at start. The handler must be safe to run again. */
  define<P>(kind: string, handler: JobHandler<P>): void {
    this.handlers.define(kind, handler as JobHandler);
  }

  /**
   * Queues a job if and when `tx` commits. Call it as the last thing in the transaction.
   * @param job its payload is plain JSON without secrets
   * @returns the job's id
   */
  async enqueue(tx: Tx, context: RequestContext, job: NewJob): Promise<string> {
    if (!this.handlers.has(job.kind)) throw new Error(`Nobody does jobs of kind "${job.kind}"`);
    return this.steps.add(tx, context, job);
  }

  /** The newest job of this kind about `subject` that has not ended, for whoever would rather join than ask again. */
  async findOpen(tx: Tx, kind: string, subject: string): Promise<OpenJob | null> {
    const job = await this.jobs.findOpen(tx, kind, subject);
    return job && { ...viewOf(job), payload: job.payload };
  }

  /**
   * The job once it has ended, however it ended.
   * @param timeoutMs longest wait, in milliseconds
   * @throws GatewayTimeout `job_timeout`, Unavailable `shutting_down`, NotFound `job_not_found`
   */
  async wait(id: string, timeoutMs: number): Promise<JobView> {
    assertId(id);
    return viewOf(await this.waiter.wait(id, timeoutMs));
  }

  /** @throws NotFound `job_not_found` */
  async get(id: string): Promise<JobView> {
    assertId(id);
    return viewOf(existing(await this.jobs.find(id), id));
  }

  /** Newest first. */
  async list({ limit = DEFAULT_LIMIT, ...filter }: JobListing = {}): Promise<JobPage> {
    const rows = await this.jobs.list({ ...filter, limit: limit + 1 });
    const jobs = rows.slice(0, limit).map(viewOf);
    const nextCursor = rows.length > limit ? (jobs.at(-1)?.id ?? null) : null;
    return { jobs, count: jobs.length, nextCursor };
  }

  /**
   * Ends a job that waits, at once; asks one that runs to end, which its handler does in its own time.
   * @throws NotFound `job_not_found`, Conflict `job_finished`
   */
  async cancel(context: RequestContext, id: string): Promise<JobView> {
    const { kind } = await this.get(id);
    const cancelled = await this.steps.cancel(context, id);
    const job = await this.get(id);
    if (!cancelled)
      throw new Conflict('job_finished', `The job (${kind}) has ended already: it has ${job.state}.`);
    return job;
  }
}

/**
 * What a job that has ended came to.
 * @throws JobFailure with the job's own error; Conflict `job_cancelled`
 */
export function outcomeOf({ state, error, result, id }: JobView): object | null {
  if (error && state === 'failed') throw new JobFailure(error);
  if (state === 'cancelled') throw new Conflict('job_cancelled', `The job ${id} was cancelled.`);
  return result;
}

function assertId(id: string): void {
  if (!isJobId(id)) existing(null, id);
}

function existing(job: JobEntity | null, id: string): JobEntity {
  if (!job) throw new NotFound('job_not_found', `There is no job "${id}".`, 'id');
  return job;
}
