import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from '../tokens.js';
import { INTERRUPTED, SERVER_GONE } from './job-error.js';
import { JobQueueRepository } from './job-queue.repository.js';
import type { RunTools } from './job-run.js';
import { JobSteps } from './job-steps.js';
import { JOB_WORKER, type JobTimings, type JobWorkerOptions } from './job-timings.js';
import { JobRepository } from './job.repository.js';

/** What every run on this server works with, and the care for jobs whose server is no more. */
@Injectable()
export class JobRunTools implements RunTools {
  readonly nodeId: string;
  readonly timings: JobTimings;

  constructor(
    readonly steps: JobSteps,
    readonly jobs: JobRepository,
    private readonly queue: JobQueueRepository,
    @Inject(LOG) readonly log: Logger,
    @Inject(JOB_WORKER) { nodeId, timings }: JobWorkerOptions,
  ) {
    this.nodeId = nodeId;
    this.timings = timings;
  }

  /**
   * Gives back what this server ran before it ended without a goodbye. Only for a server that runs nothing.
   * @throws what the database throws
   */
  async reclaim(): Promise<void> {
    this.tell(await this.queue.unlockOwn(this.nodeId));
  }

  /** Gives back the jobs of dead workers, and ends those that were tried too often or whose one server is gone. */
  async sweep(): Promise<void> {
    try {
      this.tell(await this.queue.unlockDead(this.timings.deadMs));
      for (const id of await this.queue.exhausted()) await this.steps.giveUp(id, INTERRUPTED);
      for (const id of await this.queue.forGone(this.timings.goneMs))
        await this.steps.giveUp(id, SERVER_GONE);
      await this.queue.clear();
    } catch (error) {
      this.log.debug({ err: error }, 'jobs of dead servers cannot be looked for just now');
    }
  }

  private tell(freed: number): void {
    if (freed > 0) this.log.warn({ jobs: freed }, 'jobs that were cut short are taken up again');
  }
}
