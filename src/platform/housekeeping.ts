import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventRepository } from './events/event.repository.js';
import { RateLimitRepository } from './http/limits/rate-limit.repository.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { JobRepository } from './jobs/job.repository.js';
import { FleetSchedule } from './schedule/fleet-schedule.js';

const EVERY_MS = 3_600_000;
const EVENT_DAYS = 7;
const JOB_DAYS = 90;

/** Removes rows that have outlived their use, once an hour, once for the whole fleet. */
@Injectable()
export class Housekeeping implements OnModuleInit {
  constructor(
    private readonly schedule: FleetSchedule,
    private readonly events: EventRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly jobs: JobRepository,
    private readonly rateLimits: RateLimitRepository,
  ) {}

  onModuleInit(): void {
    this.schedule.every('housekeeping', EVERY_MS, () => this.sweep());
  }

  private async sweep(): Promise<void> {
    await this.events.deleteOlderThan(EVENT_DAYS);
    await this.idempotency.deleteExpired();
    await this.jobs.deleteFinishedOlderThan(JOB_DAYS);
    await this.rateLimits.deleteFull();
  }
}
