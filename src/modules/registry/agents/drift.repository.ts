import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A version of a plugin, and who runs it. */
export interface DriftVersion {
  version: string | null;
  digest: string | null;
  agents: number;
  /** The first of them, by id. */
  agentIds: string[];
}

/** A plugin among agents. */
export interface DriftRow {
  name: string;
  agents: number;
  /** Most widespread first. */
  versions: DriftVersion[];
}

export interface DriftFilter {
  /** Part of the agents' name, in any case. */
  agent?: string;
  /** Only plugins that not all agents run alike. */
  differing: boolean;
  /** Only plugins whose name comes after this. */
  after: string;
  limit: number;
}

const SHOWN_AGENTS = 20;
const CHOSEN = `chosen as (select id from agent where $1::text is null or strpos(lower(name), lower($1)) > 0)`;

/** Compares the plugins that agents run. Reads only: the tables are those of AgentsRepository. */
@Injectable()
export class DriftRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** How many agents have such a name. */
  async countAgents(agent?: string): Promise<number> {
    const rows = await this.dataSource.query<{ count: number }[]>(
      `with ${CHOSEN} select count(*)::integer as count from chosen`,
      [agent ?? null],
    );
    return rows[0]?.count ?? 0;
  }

  /** Ordered by name. */
  list({ agent, differing, after, limit }: DriftFilter): Promise<DriftRow[]> {
    return this.dataSource.query<DriftRow[]>(
      `with ${CHOSEN},
       variant as (
         select p.name, p.version, p.digest, count(*)::integer as agents,
           (array_agg(p.agent_id order by p.agent_id))[1:${SHOWN_AGENTS}] as agent_ids
         from agent_plugin p join chosen on chosen.id = p.agent_id
         where p.name collate "C" > $2
         group by p.name, p.version, p.digest)
       select name, sum(agents)::integer as agents, json_agg(json_build_object(
         'version', version, 'digest', digest, 'agents', agents, 'agentIds', agent_ids)
         order by agents desc, version, digest) as versions
       from variant group by name
       having not $3 or count(*) > 1 or sum(agents) < (select count(*) from chosen)
       order by name collate "C" limit $4`,
      [agent ?? null, after, differing, limit],
    );
  }
}
