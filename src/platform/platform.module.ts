import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { EventBus } from './events/event-bus.js';
import { EventController } from './events/event.controller.js';
import { EventRepository } from './events/event.repository.js';
import { EventStream } from './events/event-stream.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { Housekeeping } from './housekeeping.js';
import { ArtifactStore } from './artifacts/artifact-store.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { CONFIG, LOG } from './tokens.js';
import { Metrics } from './metrics/metrics.service.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { SecretBox } from './secrets/secret-box.js';

/** What start-up made before the application: everything here is open and ready. */
export interface Foundation {
  config: Config;
  log: Logger;
  secrets: SecretBox;
  artifacts: ArtifactStore;
}

const SHARED = [
  AuditRepository,
  EventBus,
  EventRepository,
  IdempotencyInterceptor,
  IdempotencyRepository,
  Metrics,
];

/** The floor that every module stands on. */
@Global()
@Module({})
export class PlatformModule {
  static of({ config, log, secrets, artifacts }: Foundation): DynamicModule {
    const made = [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: SecretBox, useValue: secrets },
      { provide: ArtifactStore, useValue: artifacts },
    ];
    return {
      module: PlatformModule,
      controllers: [AuditController, EventController, HealthController, MetricsController],
      providers: [...made, ...SHARED, AuditService, EventStream, HealthService, Housekeeping],
      exports: [...made, ...SHARED],
    };
  }
}
