import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { AppEvent } from '../events/event-map.js';
import { EventBus } from '../events/event-bus.js';
import { GatewayTimeout, NotFound, Unavailable } from '../http/errors.js';
import { isFinal } from './job-state.js';
import type { JobEntity } from './job.entity.js';
import { JobRepository } from './job.repository.js';
import { JobWorker } from './job-worker.js';

/** The job is looked at this often though nothing was heard of it, in milliseconds; more so while nothing is heard. */
const LOOK_MS = 5_000;
const DEAF_LOOK_MS = 500;

/** Waits for jobs to end, on whichever server they run. */
@Injectable()
export class JobWaiter implements BeforeApplicationShutdown {
  private readonly interrupts = new Set<(error: Error) => void>();

  constructor(
    private readonly jobs: JobRepository,
    private readonly bus: EventBus,
    private readonly worker: JobWorker,
  ) {}

  /**
   * @param id of a job that exists
   * @returns the job once it has ended
   * @throws GatewayTimeout `job_timeout`, Unavailable `shutting_down`, NotFound `job_not_found`
   */
  wait(id: string, timeoutMs: number): Promise<JobEntity> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        this.ended(id).then((job) => job && settle(() => resolve(job)), fail);
      };
      const onEvent = (event: AppEvent): void => {
        if (event.type === 'job.finished' && event.data.jobId === id) look();
      };
      const fail = (error: unknown): void => {
        if (error instanceof NotFound) settle(() => reject(error));
      };
      const interrupt = (error: Error): void => settle(() => reject(error));
      const limit = setTimeout(() => interrupt(tooLong(id, timeoutMs)), timeoutMs);
      const looks = setInterval(() => {
        if (!this.bus.listening) look();
      }, DEAF_LOOK_MS);
      const rareLooks = setInterval(look, LOOK_MS);
      const settle = (end: () => void): void => {
        clearTimeout(limit);
        clearInterval(looks);
        clearInterval(rareLooks);
        this.bus.off('event', onEvent).off('missed', look);
        this.interrupts.delete(interrupt);
        end();
      };
      this.bus.on('event', onEvent).on('missed', look);
      this.interrupts.add(interrupt);
      look();
    });
  }

  /** What ends before the server does is still answered; whoever waits for more can ask another server. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stopped;
    for (const interrupt of this.interrupts)
      interrupt(new Unavailable('shutting_down', 'The server is shutting down; the job goes on. Try again.'));
  }

  private async ended(id: string): Promise<JobEntity | null> {
    const job = await this.jobs.find(id);
    if (!job) throw new NotFound('job_not_found', `There is no job ${id}.`, 'id');
    return isFinal(job.state) ? job : null;
  }
}

function tooLong(id: string, timeoutMs: number): GatewayTimeout {
  return new GatewayTimeout(
    'job_timeout',
    `The job takes longer than ${Math.ceil(timeoutMs / 1_000)} s. It goes on: see /api/jobs/${id}.`,
  );
}
