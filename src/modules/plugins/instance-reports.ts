import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../../platform/database/database-away.js';
import { Transactions } from '../../platform/database/transaction.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { LOG } from '../../platform/tokens.js';
import type { ActualPlugin } from '../../runtime/host/index.js';
import { PluginInstanceRepository } from './plugin-instance.repository.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';

/**
 * Writes down what this node says of its plugins, one report after the other, only the newest of each plugin.
 * A report that the database cannot take now is made again with the plugin's next change.
 */
@Injectable()
export class InstanceReports {
  private readonly waiting = new Map<string, ActualPlugin>();
  private writing: Promise<void> | null = null;

  constructor(
    private readonly instances: PluginInstanceRepository,
    private readonly transactions: Transactions,
    private readonly bus: EventBus,
    @Inject(PLUGINS_OPTIONS) private readonly options: PluginsOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Notes what is so about a plugin; returns at once. */
  add(pluginId: string, actual: ActualPlugin): void {
    this.waiting.set(pluginId, actual);
    this.writing ??= this.writeAll().finally(() => (this.writing = null));
  }

  /** Resolves when everything noted is written, or could not be. */
  async flush(): Promise<void> {
    await this.writing;
  }

  private async writeAll(): Promise<void> {
    for (let next = this.take(); next; next = this.take()) {
      const [pluginId, actual] = next;
      await this.write(pluginId, actual).catch((error: unknown) => {
        const level = isDatabaseAway(error) ? 'debug' : 'warn';
        this.log[level]({ err: error, pluginId }, 'report of a plugin not written');
      });
    }
  }

  private take(): [string, ActualPlugin] | undefined {
    const next = this.waiting.entries().next().value;
    if (next) this.waiting.delete(next[0]);
    return next;
  }

  private write(pluginId: string, actual: ActualPlugin): Promise<void> {
    const { nodeId } = this.options;
    return this.transactions.run(async (tx) => {
      const written = await this.instances.report(tx, pluginId, nodeId, actual);
      if (written) await this.bus.publish(tx, 'plugin.status', { pluginId, nodeId, status: actual.status });
    });
  }
}
