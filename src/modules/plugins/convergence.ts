import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { EventBus } from '../../platform/events/event-bus.js';
import { LOG } from '../../platform/tokens.js';
import { type GuestSpec, Reconciler, type Wanted, type WantedTarget } from '../../runtime/host/index.js';
import { KnownPlugins } from './known-plugins.js';
import { NodeRuntime } from './node-runtime.js';
import { PluginSettings } from './plugin-settings.js';
import { PluginSpecs } from './plugin-specs.js';

/** A lost notification is made good after this long, in milliseconds. */
const FULL_PASS_MS = 5_000;

/** Keeps this node at what the table of plugins wants: at start, at every change anywhere, and now and then. */
@Injectable()
export class Convergence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly reconciler: Reconciler;

  constructor(
    node: NodeRuntime,
    private readonly known: KnownPlugins,
    private readonly settings: PluginSettings,
    private readonly specs: PluginSpecs,
    bus: EventBus,
    @Inject(LOG) log: Logger,
  ) {
    this.reconciler = new Reconciler({
      runtime: node,
      readTargets: () => this.readTargets(),
      readWanted: (pluginId) => this.readWanted(pluginId),
      intervalMs: FULL_PASS_MS,
      onError: (message) => log.warn(message),
    });
    bus.on('event', ({ type, data }) => {
      if (type === 'plugin.updated') this.reconciler.trigger(data.pluginId, data.revision);
      else if (type === 'plugin.created' || type === 'plugin.deleted') this.reconciler.trigger(data.pluginId);
    });
    bus.on('missed', () => this.reconciler.trigger());
  }

  /** Resolves once every plugin that was wanted at the start runs, or has failed. */
  get caughtUp(): Promise<void> {
    return this.reconciler.caughtUp;
  }

  onApplicationBootstrap(): void {
    this.reconciler.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciler.stop();
  }

  private async readTargets(): Promise<WantedTarget[]> {
    const heads = await this.known.heads();
    return heads.map(({ id, slot, revision }) => ({ pluginId: id, slot, revision }));
  }

  private async readWanted(pluginId: string): Promise<Wanted | null> {
    const row = await this.known.row(pluginId);
    if (!row) return null;
    const { id, slot, name, enabled, revision } = row;
    const readSpec = async (): Promise<GuestSpec> => this.specs.specOf(row, await this.settings.checked(row));
    return { pluginId: id, slot, name, enabled, revision, readSpec };
  }
}
