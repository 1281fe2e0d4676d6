import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { EventRepository } from './events/event.repository.js';
import { RateLimitRepository } from './http/limits/rate-limit.repository.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { JobRepository } from './jobs/job.repository.js';
import { LOG } from './tokens.js';

const EVERY_MS = 3_600_000;
const EVENT_DAYS = 7;
const JOB_DAYS = 90;

/** Removes what has outlived its use, once an hour. Deleting the same rows from several servers does no harm. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly events: EventRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly jobs: JobRepository,
    private readonly rateLimits: RateLimitRepository,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async sweep(): Promise<void> {
    try {
      await this.events.deleteOlderThan(EVENT_DAYS);
      await this.idempotency.deleteExpired();
      await this.jobs.deleteFinishedOlderThan(JOB_DAYS);
      await this.rateLimits.deleteFull();
    } catch (error) {
      this.log.warn({ err: error }, 'housekeeping failed, next try in an hour');
    }
  }
}
