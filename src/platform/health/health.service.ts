import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DatabasePing } from '../database/database-ping.js';
import { EventBus } from '../events/event-bus.js';
import type { ReadyDto } from './health.dto.js';

/** Knows whether this server should get traffic. */
@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly database: DatabasePing,
    private readonly bus: EventBus,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  async ready(): Promise<ReadyDto> {
    const database = await this.database.answers();
    const word = (good: boolean): string => (good ? 'ok' : 'unavailable');
    return {
      status: word(database && !this.stopping),
      database: word(database),
      events: word(this.bus.listening),
    };
  }
}
