import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { SYSTEM } from '../../../platform/http/request.js';
import { FleetSchedule } from '../../../platform/schedule/fleet-schedule.js';
import { CONFIG } from '../../../platform/tokens.js';
import { RegistrationService } from './registration.service.js';

/** Part of the interval that a heartbeat may come late by, so that fleets started together do not beat together. */
const JITTER = 0.1;

/** Registers where the settings ask for it, and keeps telling the registry that this fleet lives. */
@Injectable()
export class RegistrationHeartbeat implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly schedule: FleetSchedule,
    private readonly registration: RegistrationService,
  ) {}

  /** Under a name with the address: another registry is told at once, whenever the last one was. */
  onModuleInit(): void {
    const { REGISTRY_URL, REGISTRY_SYNC_INTERVAL } = this.config;
    if (REGISTRY_URL === '') return;
    this.schedule.every(`heartbeat to ${REGISTRY_URL}`, REGISTRY_SYNC_INTERVAL, (signal) =>
      this.beat(signal),
    );
  }

  private async beat(signal: AbortSignal): Promise<void> {
    const { REGISTRY_AUTO_REGISTER, REGISTRY_SYNC_INTERVAL } = this.config;
    if (await this.registration.isRegisteredNow()) {
      // Where the server stops meanwhile, the heartbeat goes out at once.
      const wait = Math.random() * JITTER * REGISTRY_SYNC_INTERVAL;
      await delay(wait, undefined, { signal }).catch(() => undefined);
      await this.registration.sync();
    } else if (REGISTRY_AUTO_REGISTER) await this.registration.register(SYSTEM, {});
  }
}
