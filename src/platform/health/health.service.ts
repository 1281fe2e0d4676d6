import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { DatabasePing } from '../database/database-ping.js';
import { EventBus } from '../events/event-bus.js';
import { CONFIG } from '../tokens.js';
import type { ReadyDto } from './health.dto.js';

/** Knows whether this server should get traffic. */
@Injectable()
export class HealthService implements BeforeApplicationShutdown {
  private stopping = false;
  private pluginsStarting = false;

  constructor(
    private readonly database: DatabasePing,
    private readonly bus: EventBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** Keeps the server from being ready until `started` resolves, for READY_TIMEOUT at most. */
  awaitPlugins(started: Promise<void>): void {
    const { READY_TIMEOUT } = this.config;
    this.pluginsStarting = READY_TIMEOUT > 0;
    const end = (): void => void (this.pluginsStarting = false);
    const timer = setTimeout(end, READY_TIMEOUT).unref();
    void started.then(() => {
      clearTimeout(timer);
      end();
    });
  }

  async ready(): Promise<ReadyDto> {
    const database = await this.database.answers();
    const word = (good: boolean): string => (good ? 'ok' : 'unavailable');
    return {
      status: word(database && !this.stopping && !this.pluginsStarting),
      database: word(database),
      events: word(this.bus.listening),
      plugins: this.pluginsStarting ? 'starting' : 'ok',
    };
  }
}
