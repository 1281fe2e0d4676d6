import { type DynamicModule, Module } from '@nestjs/common';
import { FleetSchedule } from '../../../platform/schedule/fleet-schedule.js';
import { AgentBeats } from './agent-beats.js';
import { AgentsController } from './agents.controller.js';
import { AgentsRepository } from './agents.repository.js';
import { AgentsService } from './agents.service.js';
import { DriftRepository } from './drift.repository.js';
import { DriftService } from './drift.service.js';
import { RegistrationChanges } from './registration-changes.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationHeartbeat } from './registration-heartbeat.js';
import { RegistrationRepository } from './registration.repository.js';
import { RegistrationService } from './registration.service.js';
import { UpstreamClient } from './upstream.client.js';

const SWEEP_EVERY_MS = 3_600_000;

/** Agents that report to this server, and this server reporting to another. */
@Module({})
export class AgentsModule {
  constructor(schedule: FleetSchedule, agents: AgentsService) {
    schedule.every('agents that fell silent', SWEEP_EVERY_MS, (signal) => agents.removeSilent(signal));
  }

  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return {
      module: AgentsModule,
      imports: [plugins],
      controllers: [AgentsController, RegistrationController],
      providers: [
        AgentBeats,
        AgentsRepository,
        AgentsService,
        DriftRepository,
        DriftService,
        RegistrationChanges,
        RegistrationHeartbeat,
        RegistrationRepository,
        RegistrationService,
        UpstreamClient,
      ],
    };
  }
}
