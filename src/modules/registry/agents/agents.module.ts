import { type DynamicModule, Module } from '@nestjs/common';
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

/** Agents that report to this server, and this server reporting to another. */
@Module({})
export class AgentsModule {
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
