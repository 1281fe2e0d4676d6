import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { EventBus } from '../../platform/events/event-bus.js';
import { LOG } from '../../platform/tokens.js';
import { Reconciler, type Wanted } from '../../runtime/host/index.js';
import { NodeRuntime } from './node-runtime.js';
import type { PluginEntity } from './plugin.entity.js';
import { PluginRepository } from './plugin.repository.js';
import { PluginSettings } from './plugin-settings.js';
import { PluginSpecs } from './plugin-specs.js';

/** A lost notification is made good after this long, in milliseconds. */
const FULL_PASS_MS = 10_000;

/** Keeps this node at what the table of plugins wants: at start, at every change anywhere, and now and then. */
@Injectable()
export class Convergence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly reconciler: Reconciler;

  constructor(
    node: NodeRuntime,
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly specs: PluginSpecs,
    bus: EventBus,
    @Inject(LOG) log: Logger,
  ) {
    this.reconciler = new Reconciler({
      runtime: node,
      readWanted: (pluginId) => this.readWanted(pluginId),
      intervalMs: FULL_PASS_MS,
      onError: (message) => log.warn(message),
    });
    bus.on('event', (event) => {
      if (
        event.type === 'plugin.created' ||
        event.type === 'plugin.updated' ||
        event.type === 'plugin.deleted'
      )
        this.reconciler.trigger(event.data.pluginId);
    });
    bus.on('missed', () => this.reconciler.trigger());
  }

  onApplicationBootstrap(): void {
    this.reconciler.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciler.stop();
  }

  private async readWanted(pluginId?: string): Promise<Wanted[]> {
    if (pluginId === undefined) return (await this.plugins.all()).map((row) => this.wanted(row));
    const row = await this.plugins.findById(pluginId);
    return row ? [this.wanted(row)] : [];
  }

  private wanted(row: PluginEntity): Wanted {
    return {
      pluginId: row.id,
      name: row.name,
      enabled: row.enabled,
      revision: row.revision,
      readSpec: async () => this.specs.specOf(row, this.settings.read(row)),
    };
  }
}
