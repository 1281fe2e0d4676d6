import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { EventBus } from './events/event-bus.js';
import { EventController } from './events/event.controller.js';
import { EventRepository } from './events/event.repository.js';
import { EventFeeds } from './events/event-feeds.js';
import { EventStream } from './events/event-stream.js';
import { EventTail } from './events/event-tail.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { DiskChores } from './disk-chores.js';
import { RetentionRepository } from './database/retention.repository.js';
import { Housekeeping } from './housekeeping.js';
import { ArtifactStore } from './artifacts/artifact-store.js';
import { SharedFilesUpkeep } from './artifacts/shared-files-upkeep.js';
import { Overload } from './http/limits/overload.js';
import { RateLimitRepository } from './http/limits/rate-limit.repository.js';
import { RateLimits } from './http/limits/rate-limits.service.js';
import { ReadyRoutes } from './http/ready-routes.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { JobHandlers } from './jobs/job-handlers.js';
import { JobQueueRepository } from './jobs/job-queue.repository.js';
import { JobRunTools } from './jobs/job-run-tools.js';
import { JobSteps } from './jobs/job-steps.js';
import { JobStream } from './jobs/job-stream.js';
import { JOB_TIMINGS, JOB_WORKER, type JobWorkerOptions } from './jobs/job-timings.js';
import { JobWaiter } from './jobs/job-waiter.js';
import { JobWorker } from './jobs/job-worker.js';
import { JobRepository } from './jobs/job.repository.js';
import { JobsController } from './jobs/jobs.controller.js';
import { Jobs } from './jobs/jobs.service.js';
import { FleetSchedule } from './schedule/fleet-schedule.js';
import { ScheduledWorkRepository } from './schedule/scheduled-work.repository.js';
import { NodeRepository } from './nodes/node.repository.js';
import { Nodes } from './nodes/nodes.service.js';
import { THIS_NODE, type ThisNode } from './nodes/this-node.js';
import { CONFIG, LOG } from './tokens.js';
import { Metrics } from './metrics/metrics.service.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { RootController } from './http/root.controller.js';
import { SecretBox } from './secrets/secret-box.js';

/** What start-up made before the application: everything here is open and ready. */
export interface Foundation {
  config: Config;
  log: Logger;
  secrets: SecretBox;
  artifacts: ArtifactStore;
  node: ThisNode;
}

const SHARED = [
  AuditRepository,
  DiskChores,
  EventBus,
  EventRepository,
  EventStream,
  EventTail,
  FleetSchedule,
  HealthService,
  IdempotencyInterceptor,
  IdempotencyRepository,
  Jobs,
  Metrics,
  Nodes,
  Overload,
  RateLimits,
  ReadyRoutes,
];

const JOB_PARTS = [
  JobHandlers,
  JobQueueRepository,
  JobRepository,
  JobRunTools,
  JobSteps,
  JobStream,
  JobWaiter,
  JobWorker,
];

const workerOptions: FactoryProvider<JobWorkerOptions> = {
  provide: JOB_WORKER,
  inject: [CONFIG, THIS_NODE],
  useFactory: ({ JOB_CONCURRENCY }: Config, { id }: ThisNode) => ({
    nodeId: id,
    concurrency: JOB_CONCURRENCY,
    timings: JOB_TIMINGS,
  }),
};

/** The floor that every module stands on. */
@Global()
@Module({})
export class PlatformModule {
  static of({ config, log, secrets, artifacts, node }: Foundation): DynamicModule {
    const made = [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: THIS_NODE, useValue: node },
      { provide: SecretBox, useValue: secrets },
      { provide: ArtifactStore, useValue: artifacts },
    ];
    return {
      module: PlatformModule,
      controllers: [
        AuditController,
        EventController,
        HealthController,
        JobsController,
        MetricsController,
        RootController,
      ],
      providers: [
        ...made,
        workerOptions,
        ...SHARED,
        ...JOB_PARTS,
        AuditService,
        EventFeeds,
        Housekeeping,
        NodeRepository,
        RateLimitRepository,
        RetentionRepository,
        ScheduledWorkRepository,
        SharedFilesUpkeep,
      ],
      exports: [...made, ...SHARED],
    };
  }
}
