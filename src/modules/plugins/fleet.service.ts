import { Injectable } from '@nestjs/common';
import type { NodeEntity } from '../../platform/nodes/node.entity.js';
import { Nodes } from '../../platform/nodes/nodes.service.js';
import type {
  NodeListDto,
  NodePluginsDto,
  NodeQueryDto,
  PluginInstanceDto,
  PluginInstancesDto,
} from './fleet.dto.js';
import type { NodeOutcomeDto } from './fleet-outcome.dto.js';
import { type Comparison, PluginInstanceRepository, type Progress } from './plugin-instance.repository.js';
import { PluginsService } from './plugins.service.js';

const DEFAULT_LIMIT = 50;
/** Plugins that a node's entry names as drifting. */
const SHOWN = 20;

/** Tells what the nodes of the fleet are doing, beside what is wanted of them. */
@Injectable()
export class FleetService {
  constructor(
    private readonly nodes: Nodes,
    private readonly instances: PluginInstanceRepository,
    private readonly plugins: PluginsService,
  ) {}

  async list(query: NodeQueryDto): Promise<NodeListDto> {
    const { page, nextCursor } = await this.page(query);
    const progress = await this.instances.progress(idsOf(page), SHOWN);
    const nodes = page.map(({ startedAt, heartbeatAt, ...node }, place) => ({
      ...node,
      self: node.id === this.nodes.ownId,
      startedAt: startedAt.toISOString(),
      heartbeatAt: heartbeatAt.toISOString(),
      plugins: counted(progress[place]),
    }));
    return { nodes, count: nodes.length, nextCursor };
  }

  /** @throws NotFound `plugin_not_found` */
  async instancesOf(segment: string, query: NodeQueryDto): Promise<PluginInstancesDto> {
    const { id, enabled, revision, version } = await this.plugins.get(segment);
    const { page, nextCursor } = await this.page(query);
    const reports = new Map((await this.instances.compare(id, idsOf(page))).map((one) => [one.nodeId, one]));
    const instances = page.flatMap((node) => {
      const report = reports.get(node.id);
      return report ? [presentInstance(node, report)] : [];
    });
    const live = instances.filter(({ nodeState }) => nodeState === 'live');
    return {
      pluginId: id,
      wanted: { enabled, revision, version },
      converged: live.every(({ state }) => state === 'converged'),
      count: instances.length,
      instances,
      nextCursor,
    };
  }

  private async page({ limit = DEFAULT_LIMIT, cursor = '' }: NodeQueryDto): Promise<{
    page: NodeEntity[];
    nextCursor: string | null;
  }> {
    const rows = await this.nodes.list(cursor, limit + 1);
    const page = rows.slice(0, limit);
    return { page, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
  }
}

const idsOf = (nodes: readonly NodeEntity[]): string[] => nodes.map(({ id }) => id);

function counted(progress: Progress | undefined): NodePluginsDto {
  const { converged = 0, pending = 0, failed = 0, drift = [] } = progress ?? {};
  return { converged, pending, failed, drift };
}

function presentInstance(node: NodeEntity, report: Comparison): PluginInstanceDto {
  const { version, digest, reportedAt } = report;
  return {
    ...presentOutcome(node, report),
    nodeState: node.state,
    heartbeatAt: node.heartbeatAt.toISOString(),
    version,
    digest,
    reportedAt: reportedAt?.toISOString() ?? null,
  };
}

/** What a node has made of what is wanted of a plugin. */
export function presentOutcome(
  { id, name }: NodeEntity,
  { state, status, revision, error }: Pick<Comparison, 'state' | 'status' | 'revision' | 'error'>,
): NodeOutcomeDto {
  return { nodeId: id, nodeName: name, state, status, revision, error };
}
