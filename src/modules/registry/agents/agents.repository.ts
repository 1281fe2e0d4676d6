import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import type { AgentPlugin, AgentState } from './agent-state.js';

/** An agent as it is known, without its plugins. */
export interface AgentRow extends Omit<AgentState, 'plugins'> {
  agentId: string;
  pluginCount: number;
  digest: string;
  stale: boolean;
  lastSeenAt: Date;
  registeredAt: Date;
  updatedAt: Date;
}

export interface AgentFilter {
  /** Part of the name, in any case. */
  name?: string;
  stale?: boolean;
  plugin?: { name: string; version: string | null };
  /** Only agents whose id comes after this. */
  after: string;
  limit: number;
}

/** Beats that an agent may miss before it counts as stale. */
const MISSED_BEATS = 3;
const STALE = `(seen_at + heartbeat_interval * interval '${MISSED_BEATS} ms' < now())`;
const COLUMNS = `id as "agentId", name, endpoint, uri, version, heartbeat_interval as "heartbeatInterval",
  plugin_count as "pluginCount", digest, ${STALE} as stale, seen_at as "lastSeenAt",
  registered_at as "registeredAt", updated_at as "updatedAt"`;

/** Owns the tables of agents and of the plugins they run. */
@Injectable()
export class AgentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Ordered by id. */
  list({ name, stale, plugin, after, limit }: AgentFilter): Promise<AgentRow[]> {
    return this.dataSource.query<AgentRow[]>(
      `select ${COLUMNS} from agent
       where id > $1
         and ($2::text is null or strpos(lower(name), lower($2)) > 0)
         and ($3::boolean is null or ${STALE} = $3)
         and ($4::text is null or exists (
           select 1 from agent_plugin p
           where p.agent_id = id and p.name = $4 and ($5::text is null or p.version = $5)))
       order by id limit $6`,
      [after, name ?? null, stale ?? null, plugin?.name ?? null, plugin?.version ?? null, limit],
    );
  }

  async find(agentId: string): Promise<AgentRow | null> {
    const rows = await this.dataSource.query<AgentRow[]>(`select ${COLUMNS} from agent where id = $1`, [
      agentId,
    ]);
    return rows[0] ?? null;
  }

  plugins(agentId: string): Promise<AgentPlugin[]> {
    return this.dataSource.query<AgentPlugin[]>(
      'select name, version, digest from agent_plugin where agent_id = $1 order by name collate "C"',
      [agentId],
    );
  }

  /** The agent, which nobody else changes until `tx` ends; null when there is none, which then stays so. */
  async lock(tx: Tx, agentId: string): Promise<AgentRow | null> {
    await tx.query('select pg_advisory_xact_lock(7301981, hashtext($1))', [agentId]);
    const rows = await tx.query<AgentRow[]>(`select ${COLUMNS} from agent where id = $1`, [agentId]);
    return rows[0] ?? null;
  }

  /** Writes all that an agent told over what is known of it. */
  async put(tx: Tx, agentId: string, state: AgentState, digest: string): Promise<void> {
    const { name, endpoint, uri, version, heartbeatInterval, plugins } = state;
    await tx.query(
      `insert into agent (id, name, endpoint, uri, version, heartbeat_interval, plugin_count, digest)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (id) do update set
         name = excluded.name, endpoint = excluded.endpoint, uri = excluded.uri, version = excluded.version,
         heartbeat_interval = excluded.heartbeat_interval, plugin_count = excluded.plugin_count,
         digest = excluded.digest, seen_at = now(), updated_at = now()`,
      [agentId, name, endpoint, uri, version, heartbeatInterval, plugins.length, digest],
    );
    await tx.query('delete from agent_plugin where agent_id = $1', [agentId]);
    await tx.query(
      `insert into agent_plugin (agent_id, name, version, digest)
       select $1, * from unnest($2::text[], $3::text[], $4::text[])`,
      [
        agentId,
        plugins.map((plugin) => plugin.name),
        plugins.map((plugin) => plugin.version),
        plugins.map((plugin) => plugin.digest),
      ],
    );
  }

  /** @returns false when there was none */
  async delete(tx: Tx, agentId: string): Promise<boolean> {
    const [, affected] = await tx.query<[unknown[], number]>('delete from agent where id = $1', [agentId]);
    return affected === 1;
  }

  /**
   * Notes that these agents live, and answers the digest of each that is known. Rows are locked in the order of
   * their ids, so that two servers never wait for one another; the commit does not wait for the disk, since
   * another beat follows.
   */
  async beat(agentIds: string[]): Promise<Map<string, string>> {
    const [rows] = await this.dataSource.query<[{ id: string; digest: string }[], number]>(
      `with hasty as (select set_config('synchronous_commit', 'off', true)),
         living as (select id from agent where id = any($1) order by id for no key update)
       update agent set seen_at = now() from hasty, living where agent.id = living.id
       returning agent.id, agent.digest`,
      [agentIds],
    );
    return new Map(rows.map(({ id, digest }) => [id, digest]));
  }
}
