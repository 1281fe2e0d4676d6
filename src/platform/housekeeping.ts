import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { type Retention, RetentionRepository } from './database/retention.repository.js';
import { RateLimitRepository } from './http/limits/rate-limit.repository.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { FleetSchedule } from './schedule/fleet-schedule.js';
import { CONFIG } from './tokens.js';

const EVERY_MS = 3_600_000;

/**
 * Deletes rows that have outlived their use, once an hour, once for the whole fleet: what is older than the
 * _RETENTION_DAYS settings say, and what is beyond the _MAX_ROWS ones.
 */
@Injectable()
export class Housekeeping implements OnModuleInit {
  constructor(
    private readonly schedule: FleetSchedule,
    private readonly retention: RetentionRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly rateLimits: RateLimitRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.schedule.every('housekeeping', EVERY_MS, (signal) => this.sweep(signal));
  }

  private async sweep(signal: AbortSignal): Promise<void> {
    for (const rule of retentions(this.config)) await this.retention.apply(rule, signal);
    await this.idempotency.deleteExpired();
    await this.rateLimits.deleteFull();
  }
}

function retentions(config: Config): Retention[] {
  return [
    {
      ...{ table: 'audit', agesFrom: 'at' },
      ...{ days: config.AUDIT_RETENTION_DAYS, maxRows: config.AUDIT_MAX_ROWS },
    },
    {
      ...{ table: 'event', agesFrom: 'at' },
      ...{ days: config.EVENT_RETENTION_DAYS, maxRows: config.EVENT_MAX_ROWS },
    },
    {
      ...{ table: 'job', agesFrom: 'finished_at' },
      ...{ days: config.JOB_RETENTION_DAYS, maxRows: config.JOB_MAX_ROWS },
    },
  ];
}
