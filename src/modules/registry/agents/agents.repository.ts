import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import { nameKeys } from '../../../platform/names.js';
import type { AgentPlugin, AgentState } from './agent-state.js';

/** An agent as it is known, without its plugins. */
export interface AgentRow extends Omit<AgentState, 'plugins'> {
  agentId: string;
  pluginCount: number;
  digest: string;
  owner: string | null;
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

/** A sign of life of an agent. */
export interface Beat {
  agentId: string;
  /** Who sends it, as an owner is written; null for an admin, who may send one for any agent. */
  caller: string | null;
}

/** Beats that an agent may miss before it counts as stale. */
const MISSED_BEATS = 3;
const STALE = `(seen_at + heartbeat_interval * interval '${MISSED_BEATS} ms' < now())`;
const COLUMNS = `id as "agentId", name, endpoint, uri, version, heartbeat_interval as "heartbeatInterval",
  plugin_count as "pluginCount", digest, owner, ${STALE} as stale, seen_at as "lastSeenAt",
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

  /** Another agent whose id people could take for this one; null where there is none. */
  async findLookAlike(agentId: string, tx: Tx = this.dataSource.manager): Promise<string | null> {
    const { folded, skeleton } = nameKeys(agentId);
    const rows = await tx.query<{ id: string }[]>(
      `select id from agent where (folded_id = $1 or skeleton = $2) and id <> $3 limit 1`,
      [folded, skeleton, agentId],
    );
    return rows[0]?.id ?? null;
  }

  /** Whether somebody owns at least so many agents. */
  async hasOwner(tx: Tx, owner: string, agents: number): Promise<boolean> {
    const rows = await tx.query<unknown[]>('select from agent where owner = $1 offset $2 limit 1', [
      owner,
      agents - 1,
    ]);
    return rows.length > 0;
  }

  async setOwner(tx: Tx, agentId: string, owner: string): Promise<void> {
    await tx.query('update agent set owner = $2 where id = $1', [agentId, owner]);
  }

  /** Writes all that an agent told over what is known of it. */
  async put(
    tx: Tx,
    agentId: string,
    { state, digest, owner }: { state: AgentState; digest: string; owner: string | null },
  ): Promise<void> {
    const { name, endpoint, uri, version, heartbeatInterval, plugins } = state;
    const { folded, skeleton } = nameKeys(agentId);
    await tx.query(
      `insert into agent (id, name, endpoint, uri, version, heartbeat_interval, plugin_count, digest, owner,
         folded_id, skeleton)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (id) do update set owner = excluded.owner,
         name = excluded.name, endpoint = excluded.endpoint, uri = excluded.uri, version = excluded.version,
         heartbeat_interval = excluded.heartbeat_interval, plugin_count = excluded.plugin_count,
         digest = excluded.digest, seen_at = now(), updated_at = now()`,
      [
        ...[agentId, name, endpoint, uri, version, heartbeatInterval, plugins.length, digest, owner],
        ...[folded, skeleton],
      ],
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
   * Notes that these agents live, as far as they are their callers' or nobody's, and returns the digest and the owner
   * of each. What nobody owned becomes a caller's. Rows are locked in the order of their ids, so that two servers never
   * wait for one another; the commit does not wait for the disk, since another beat follows.
   */
  async beat(beats: readonly Beat[]): Promise<Map<string, { digest: string; owner: string | null }>> {
    const [rows] = await this.dataSource.query<
      [{ id: string; digest: string; owner: string | null }[], number]
    >(
      `with hasty as (select set_config('synchronous_commit', 'off', true)),
         called as (
           select id, min(caller) as first, array_agg(caller) as callers, bool_or(caller is null) as by_admin
           from unnest($1::text[], $2::text[]) as beat(id, caller) group by id),
         living as (
           select agent.id, coalesce(agent.owner, first) as owner from agent join called using (id)
           where agent.owner is null or by_admin or agent.owner = any(callers)
           order by agent.id for no key update of agent)
       update agent set seen_at = now(), owner = living.owner from hasty, living where agent.id = living.id
       returning agent.id, agent.digest, agent.owner`,
      [beats.map(({ agentId }) => agentId), beats.map(({ caller }) => caller)],
    );
    return new Map(rows.map(({ id, digest, owner }) => [id, { digest, owner }]));
  }

  /** Takes away agents that have not reported for so many days, at most `limit`. @returns their ids */
  async deleteSilent(tx: Tx, days: number, limit: number): Promise<string[]> {
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `delete from agent where id in (
         select id from agent where seen_at < now() - make_interval(days => $1) limit $2 for update skip locked)
       returning id`,
      [days, limit],
    );
    return rows.map(({ id }) => id);
  }
}
