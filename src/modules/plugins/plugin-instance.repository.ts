import { Injectable } from '@nestjs/common';
import { DataSource, In, Not } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import type { ActualPlugin, LastExit, PluginStatus } from '../../runtime/host/index.js';
import type { ConvergenceState } from './convergence-state.js';
import { PluginExitEntity } from './plugin-exit.entity.js';
import { PluginInstanceEntity } from './plugin-instance.entity.js';

/**
 * `p` is what is wanted, `i` what a node reports, null where it reports nothing. What has failed stays so while it is
 * tried again, though its status is 'loading' then.
 */
const STATE = `case
  when i.slot is distinct from p.slot or i.revision is distinct from p.revision
    then case when i.plugin_id is null and not p.enabled then 'converged' else 'pending' end
  when not p.enabled then case i.status when 'disabled' then 'converged' else 'pending' end
  when i.status in ('active', 'uninitialized', 'loaded') then 'converged'
  when i.error is not null then 'failed'
  else 'pending' end`;

/** What a node says of a plugin, compared with what is wanted. */
export interface Comparison {
  nodeId: string;
  state: ConvergenceState;
  /** Null where the node has not reported. */
  status: PluginStatus | null;
  revision: number | null;
  version: string | null;
  digest: string | null;
  error: string | null;
  reportedAt: Date | null;
}

/** How far a node has come with all plugins. */
export interface Progress {
  nodeId: string;
  converged: number;
  pending: number;
  failed: number;
  /** Ids of some of those that have not converged. */
  drift: string[];
}

/** Owns the table of what each node reports of each plugin. */
@Injectable()
export class PluginInstanceRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Notes what a node says of a plugin; one that it has nothing of any more is forgotten. */
  async report(tx: Tx, pluginId: string, nodeId: string, actual: ActualPlugin): Promise<void> {
    await this.keepExit(tx, pluginId, nodeId, actual);
    if (actual.status === 'unloaded') {
      await tx.delete(PluginInstanceEntity, { pluginId, nodeId });
      return;
    }
    const { status, types, revision, slot, digest } = actual;
    const [actualName, version, error] = [actual.actualName, actual.version, actual.error].map(storable);
    await tx.upsert(
      PluginInstanceEntity,
      {
        ...{ pluginId, nodeId, status, types, revision, slot, digest, reportedAt: () => 'now()' },
        ...{ actualName: actualName ?? null, version: version ?? null, error: error ?? null },
      },
      ['pluginId', 'nodeId'],
    );
  }

  /** How plugins that there still are last ended on a node, by plugin. */
  async exitsOn(nodeId: string): Promise<Map<string, LastExit>> {
    const rows = await this.dataSource.getRepository(PluginExitEntity).findBy({ nodeId });
    return new Map(rows.map(({ pluginId, cause, at, count }) => [pluginId, { cause, at, count }]));
  }

  /** Only of the plugin that it was: one that was deleted and created anew has not ended yet. */
  private async keepExit(
    tx: Tx,
    pluginId: string,
    nodeId: string,
    { slot, lastExit }: ActualPlugin,
  ): Promise<void> {
    if (!lastExit) return;
    await tx.query(
      `insert into plugin_exit (plugin_id, node_id, cause, at, count)
       select id, $2, $4, $5, $6 from plugin where id = $1 and slot = $3 for key share
       on conflict (plugin_id, node_id) do update set cause = excluded.cause, at = excluded.at, count = excluded.count`,
      [pluginId, nodeId, slot, storable(lastExit.cause), lastExit.at, lastExit.count],
    );
  }

  /** Forgets what a node has reported: it begins anew. */
  async forget(nodeId: string): Promise<void> {
    await this.dataSource.getRepository(PluginInstanceEntity).delete({ nodeId });
  }

  /** Forgets what other nodes than these have reported. */
  async forgetOthers(nodeIds: readonly string[]): Promise<void> {
    for (const entity of [PluginInstanceEntity, PluginExitEntity])
      await this.dataSource.getRepository(entity).delete({ nodeId: Not(In(nodeIds)) });
  }

  /**
   * How these nodes stand to one plugin, in the order given.
   * @returns of a plugin that is gone, only the nodes that still have something of it, as `pending`
   */
  compare(pluginId: string, nodeIds: readonly string[]): Promise<Comparison[]> {
    return this.dataSource.query<Comparison[]>(
      `select n.id as "nodeId", case when p.id is null then 'pending' else ${STATE} end as state, i.status, i.revision,
         i.version, i.digest, i.error, i.reported_at as "reportedAt"
       from unnest($2::text[]) with ordinality n (id, place)
       left join plugin p on p.id = $1
       left join plugin_instance i on i.plugin_id = $1 and i.node_id = n.id
       where p.id is not null or i.plugin_id is not null
       order by n.place`,
      [pluginId, nodeIds],
    );
  }

  /** How far these nodes have come with all plugins, in the order given. @param shown ids in `drift`, at most */
  progress(nodeIds: readonly string[], shown: number): Promise<Progress[]> {
    return this.dataSource.query<Progress[]>(
      `select n.id as "nodeId", count(*) filter (where state = 'converged')::integer as converged,
         count(*) filter (where state = 'pending')::integer as pending,
         count(*) filter (where state = 'failed')::integer as failed,
         coalesce((array_agg(plugin_id order by plugin_id) filter (where state <> 'converged'))[1:$2], '{}') as drift
       from unnest($1::text[]) with ordinality n (id, place)
       left join lateral (
         select p.id as plugin_id, ${STATE} as state
         from plugin p left join plugin_instance i on i.plugin_id = p.id and i.node_id = n.id
       ) seen on true
       group by n.id, n.place order by n.place`,
      [nodeIds, shown],
    );
  }
}

/** Postgres keeps no NUL in a text, and plugins may say anything. */
export function storable(text: string | null): string | null {
  return text?.replaceAll('\0', '\uFFFD') ?? null;
}
