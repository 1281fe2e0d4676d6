import { EventEmitter, once } from 'node:events';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { isDatabaseAway } from '../../platform/database/database-away.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { Nodes } from '../../platform/nodes/nodes.service.js';
import type { FleetOutcomeDto, NodeOutcomeDto } from './fleet-outcome.dto.js';
import { presentOutcome } from './fleet.service.js';
import { PluginInstanceRepository } from './plugin-instance.repository.js';

/** Whatever is heard meanwhile, the reports are looked at again after so long, in milliseconds. */
const LOOK_MS = 500;
/** Of a plugin that is gone, a node that has nothing of it any more. */
const NOTHING_LEFT = { state: 'converged', status: null, revision: null, error: null } as const;

/** Waits until the nodes have come to what is wanted of a plugin. */
@Injectable()
export class FleetWait implements BeforeApplicationShutdown {
  /** Emits `news` whenever a node tells something. */
  private readonly news = new EventEmitter<{ news: [] }>().setMaxListeners(0);
  private isStopping = false;

  constructor(
    private readonly nodes: Nodes,
    private readonly instances: PluginInstanceRepository,
    bus: EventBus,
  ) {
    bus.on('event', ({ type }) => {
      if (type === 'plugin.status' || type === 'node.changed') this.news.emit('news');
    });
  }

  /** Whoever waits is answered with how far it has come. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    this.news.emit('news');
  }

  /**
   * Waits for every live node; those that die or leave meanwhile are waited for no longer.
   * @param pluginId of a plugin that is there, or was until now
   * @param limitMs longest wait, in milliseconds
   */
  async settled(pluginId: string, limitMs: number): Promise<FleetOutcomeDto> {
    const limit = AbortSignal.timeout(limitMs);
    let nodes: NodeOutcomeDto[] | null = null;
    for (;;) {
      // Begun before looking, so that nothing is missed between the two.
      const stop = new AbortController();
      const pause = AbortSignal.any([limit, stop.signal, AbortSignal.timeout(LOOK_MS)]);
      const heard = once(this.news, 'news', { signal: pause }).catch(() => undefined);
      nodes = (await this.look(pluginId)) ?? nodes;
      const isSettled = nodes?.every(({ state }) => state !== 'pending') ?? false;
      if (isSettled || limit.aborted || this.isStopping) {
        stop.abort();
        return { converged: nodes?.every(({ state }) => state === 'converged') ?? false, nodes: nodes ?? [] };
      }
      await heard;
    }
  }

  /** @returns null while the database is away: the change is made, and its answer must not be an error */
  private async look(pluginId: string): Promise<NodeOutcomeDto[] | null> {
    try {
      const live = await this.nodes.live();
      const ids = live.map(({ id }) => id);
      const reports = new Map((await this.instances.compare(pluginId, ids)).map((one) => [one.nodeId, one]));
      return live.map((node) => presentOutcome(node, reports.get(node.id) ?? NOTHING_LEFT));
    } catch (error) {
      if (isDatabaseAway(error)) return null;
      throw error;
    }
  }
}
