import { setTimeout as delay } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../database/database-away.js';
import { THIS_NODE, type ThisNode } from '../nodes/this-node.js';
import { LOG } from '../tokens.js';
import { ScheduledWorkRepository, type Turn } from './scheduled-work.repository.js';

/** Work whose node has died is taken up by another after this long, or after its period where that is shorter. */
const LEASE_MS = 60_000;
/** Longest time between two looks at the table, in milliseconds. */
const LOOK_MS = 60_000;
/** Work that does not heed its signal is left behind after this long, in milliseconds. */
const GRACE_MS = 5_000;

/** Does the work once. `signal` fires when the server stops or another node has taken over: end soon. */
export type Work = (signal: AbortSignal) => Promise<unknown>;

/**
 * Work that is done once per period by the whole fleet, by whichever node looks first when it is due. The node that
 * does it holds a lease and renews it; when the node dies, or the work fails, it is tried again after the lease, so
 * it must be safe to run again. What every node has to do for itself (its disk, its processes) does not belong here.
 */
@Injectable()
export class FleetSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly work = new Map<string, () => Promise<void>>();
  private readonly running: Promise<void>[] = [];
  private started = false;

  constructor(
    private readonly table: ScheduledWorkRepository,
    @Inject(THIS_NODE) private readonly self: Pick<ThisNode, 'id'>,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /**
   * Has `work` done once per period, the first time as soon as a server has started.
   * @param name the same on every node; also what the log calls it
   * @param everyMs from one beginning to the next, in milliseconds
   * @throws Error when the name is taken
   */
  every(name: string, everyMs: number, work: Work): void {
    if (this.work.has(name)) throw new Error(`"${name}" is scheduled twice`);
    const turn = { name, nodeId: this.self.id, everyMs, leaseMs: Math.min(LEASE_MS, everyMs) };
    const begin = (): Promise<void> => this.repeat(turn, work);
    this.work.set(name, begin);
    if (this.started) this.running.push(begin());
  }

  onApplicationBootstrap(): void {
    this.started = true;
    for (const begin of this.work.values()) this.running.push(begin());
  }

  /** Resolves when nothing is being done here any more, or what is does not end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([Promise.all(this.running), delay(GRACE_MS, undefined, { ref: false })]);
  }

  private async repeat(turn: Turn, work: Work): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const waitMs = await this.take(turn, work).catch((error: unknown) => {
        const level = isDatabaseAway(error) ? 'debug' : 'warn';
        this.log[level]({ err: error }, `${turn.name} failed and is tried again`);
        return turn.leaseMs;
      });
      await delay(Math.min(Math.max(waitMs, 1), LOOK_MS), undefined, { ref: false, signal }).catch(
        () => undefined,
      );
    }
  }

  /** @returns milliseconds until the next look */
  private async take(turn: Turn, work: Work): Promise<number> {
    const dueInMs = await this.table.dueInMs(turn);
    if (dueInMs > 0) return dueInMs;
    if (!(await this.table.claim(turn))) return this.table.dueInMs(turn);
    await this.withLease(turn, work);
    await this.table.finish(turn);
    return this.table.dueInMs(turn);
  }

  private async withLease(turn: Turn, work: Work): Promise<void> {
    const lost = new AbortController();
    const renewal = setInterval(() => {
      this.table.renew(turn).then(
        (ours) => ours || lost.abort(new Error('another node has taken over')),
        () => undefined,
      );
    }, turn.leaseMs / 3).unref();
    try {
      await work(AbortSignal.any([this.stopping.signal, lost.signal]));
      lost.signal.throwIfAborted();
    } finally {
      clearInterval(renewal);
    }
  }
}
