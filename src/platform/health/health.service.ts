import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventBus } from '../events/event-bus.js';
import type { ReadyDto } from './health.dto.js';

/** Knows whether this server should get traffic. */
@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: EventBus,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  async ready(): Promise<ReadyDto> {
    const database = await this.dataSource.query('select 1').then(
      () => 'ok',
      () => 'unavailable',
    );
    const ok = database === 'ok' && !this.stopping;
    return {
      status: ok ? 'ok' : 'unavailable',
      database,
      events: this.bus.listening ? 'ok' : 'unavailable',
    };
  }
}
