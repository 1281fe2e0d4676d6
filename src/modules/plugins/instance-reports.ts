import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../../platform/database/database-away.js';
import { Transactions } from '../../platform/database/transaction.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { Nodes } from '../../platform/nodes/nodes.service.js';
import { FleetSchedule } from '../../platform/schedule/fleet-schedule.js';
import { LOG } from '../../platform/tokens.js';
import type { ActualPlugin, LastExit } from '../../runtime/host/index.js';
import { PluginInstanceRepository, storable } from './plugin-instance.repository.js';

/** Time between two tries while the database is away, in milliseconds. */
const RETRY_MS = 1_000;
/** How often reports of nodes that are forgotten are looked for, in milliseconds. */
const SWEEP_MS = 15_000;

/**
 * Writes down what this node says of its plugins, one report after the other, only the newest of each plugin, and
 * again until the database takes it: others wait for it.
 */
@Injectable()
export class InstanceReports implements OnModuleInit {
  private readonly waiting = new Map<string, ActualPlugin>();
  private earlierExits: ReadonlyMap<string, LastExit> = new Map();
  private writing: Promise<void> | null = null;
  private isStopping = false;

  constructor(
    private readonly instances: PluginInstanceRepository,
    private readonly transactions: Transactions,
    private readonly bus: EventBus,
    private readonly nodes: Nodes,
    private readonly schedule: FleetSchedule,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** What this node said in an earlier life is no longer so; how plugins ended there is. */
  async onModuleInit(): Promise<void> {
    this.earlierExits = await this.instances.exitsOn(this.nodes.ownId);
    await this.instances.forget(this.nodes.ownId);
    this.schedule.every('reports of nodes', SWEEP_MS, async () => {
      await this.instances.forgetOthers(await this.nodes.ids());
    });
  }

  /** How a plugin last ended in an earlier life of this server, or null. */
  earlierExit(pluginId: string): LastExit | null {
    return this.earlierExits.get(pluginId) ?? null;
  }

  /** Notes what is so about a plugin; returns at once. */
  add(pluginId: string, actual: ActualPlugin): void {
    this.waiting.set(pluginId, actual);
    this.writing ??= this.writeAll().finally(() => (this.writing = null));
  }

  /** Resolves when everything noted is written, or could not be; nothing is tried twice from now on. */
  async flush(): Promise<void> {
    this.isStopping = true;
    await this.writing;
  }

  private async writeAll(): Promise<void> {
    for (let next = this.take(); next; next = this.take()) {
      const [pluginId, actual] = next;
      await this.write(pluginId, actual).catch(async (error: unknown) => {
        const isAway = isDatabaseAway(error);
        this.log[isAway ? 'debug' : 'warn']({ err: error, pluginId }, 'report of a plugin not written');
        if (!isAway || this.isStopping) return;
        if (!this.waiting.has(pluginId)) this.waiting.set(pluginId, actual);
        await delay(RETRY_MS, undefined, { ref: false });
      });
    }
  }

  private take(): [string, ActualPlugin] | undefined {
    const next = this.waiting.entries().next().value;
    if (next) this.waiting.delete(next[0]);
    return next;
  }

  private write(pluginId: string, actual: ActualPlugin): Promise<void> {
    const nodeId = this.nodes.ownId;
    return this.transactions.run(async (tx) => {
      await this.instances.report(tx, pluginId, nodeId, actual);
      const cause = storable(actual.error);
      await this.bus.publish(tx, 'plugin.status', { pluginId, nodeId, status: actual.status, cause });
    });
  }
}
