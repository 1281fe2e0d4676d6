import { EventEmitter } from 'node:events';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../database/database-away.js';
import { Transactions } from '../database/transaction.js';
import { EventBus } from '../events/event-bus.js';
import { FleetSchedule } from '../schedule/fleet-schedule.js';
import { LOG } from '../tokens.js';
import type { FleetNode, NodeState } from './node-state.js';
import { NodeRepository } from './node.repository.js';
import { THIS_NODE, type ThisNode } from './this-node.js';

const HEARTBEAT_MS = 3_000;
/** How often one node of the fleet looks for dead ones, in milliseconds. */
const SWEEP_MS = 5_000;

/**
 * The fleet's nodes, this one among them: it enters itself, gives signs of life and takes itself out. Emits `back`
 * when it had been taken for dead, or forgotten, and is entered again.
 */
@Injectable()
export class Nodes
  extends EventEmitter<{ back: [] }>
  implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown
{
  /** When this process was; with its id it tells this life of the node from others. */
  readonly startedAt = new Date();
  private state: NodeState = 'live';
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly nodes: NodeRepository,
    private readonly transactions: Transactions,
    private readonly bus: EventBus,
    private readonly schedule: FleetSchedule,
    @Inject(THIS_NODE) private readonly self: ThisNode,
    @Inject(LOG) private readonly log: Logger,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    await this.enter('live');
    this.timer = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
    this.schedule.every('nodes', SWEEP_MS, () => this.sweep());
  }

  /** From here on nobody waits for this node. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.enter('draining').catch(this.note);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.transactions
      .run(async (tx) => {
        await this.nodes.remove(tx, this.self.id);
        await this.bus.publish(tx, 'node.changed', { nodeId: this.self.id, state: 'gone' });
      })
      .catch(this.note);
  }

  /** Id of the node that this process is. */
  get ownId(): string {
    return this.self.id;
  }

  /** Nodes with an id after `after`, at most `limit`, in the order of their ids. */
  list(after: string, limit: number): Promise<FleetNode[]> {
    return this.nodes.list(after, limit);
  }

  /** A node by its id, a dead one too; null for one that has stopped, or is forgotten. */
  find(id: string): Promise<FleetNode | null> {
    return this.nodes.find(id);
  }

  /** Ids of all nodes, dead ones too. */
  ids(): Promise<string[]> {
    return this.nodes.ids();
  }

  /** Every node that is alive and stays. */
  live(): Promise<FleetNode[]> {
    return this.nodes.live();
  }

  private async beat(): Promise<void> {
    try {
      if (await this.nodes.beat(this.self.id, this.state)) return;
      await this.enter(this.state);
      this.emit('back');
    } catch (error) {
      this.note(error);
    }
  }

  private enter(state: NodeState): Promise<void> {
    const { self, startedAt } = this;
    this.state = state;
    return this.transactions.run(async (tx) => {
      await this.nodes.put(tx, { ...self, state, startedAt });
      await this.bus.publish(tx, 'node.changed', { nodeId: self.id, state });
    });
  }

  private async sweep(): Promise<void> {
    await this.transactions.run(async (tx) => {
      for (const nodeId of await this.nodes.markDead(tx))
        await this.bus.publish(tx, 'node.changed', { nodeId, state: 'dead' });
    });
    await this.nodes.forgetDead();
  }

  private readonly note = (error: unknown): void => {
    const level = isDatabaseAway(error) ? 'debug' : 'warn';
    this.log[level]({ err: error }, 'this node could not say how it is');
  };
}
