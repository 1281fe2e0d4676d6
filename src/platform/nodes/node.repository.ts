import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../database/transaction.js';
import type { FleetNode, NodeState } from './node-state.js';

/** A node that says nothing for so long counts as dead, in seconds by the database's clock. */
const SILENCE_S = 12;
/** A dead node is forgotten after so long without a sign of life, in minutes. */
const FORGOTTEN_M = 60;

/** SQL: whether a row of `node` shows signs of life. */
export const IS_ALIVE = `node.heartbeat_at >= now() - make_interval(secs => ${SILENCE_S})`;

const COLUMNS = `id, name, version, started_at as "startedAt", heartbeat_at as "heartbeatAt",
  case when heartbeat_at < now() - make_interval(secs => ${SILENCE_S}) then 'dead' else state end as state`;

/** Owns the table of nodes. All times are the database's: a node whose clock is wrong is no less alive. */
@Injectable()
export class NodeRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * A sign of life: one row, no index, no event.
   * @returns false when the row is not there in that state, because the node was taken for dead, say
   */
  async beat(id: string, state: NodeState): Promise<boolean> {
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      'update node set heartbeat_at = now() where id = $1 and state = $2 returning id',
      [id, state],
    );
    return rows.length > 0;
  }

  /** Writes the node's row anew, as of now; it keeps the time of its start. */
  async put(tx: Tx, { id, name, version, state, startedAt }: Omit<FleetNode, 'heartbeatAt'>): Promise<void> {
    await tx.query(
      `insert into node (id, name, version, state, started_at) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set name = excluded.name, version = excluded.version, state = excluded.state,
         started_at = excluded.started_at, heartbeat_at = now()`,
      [id, name, version, state, startedAt],
    );
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.query('delete from node where id = $1', [id]);
  }

  /** Marks nodes that have fallen silent. @returns their ids */
  async markDead(tx: Tx): Promise<string[]> {
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `update node set state = 'dead'
       where state <> 'dead' and heartbeat_at < now() - make_interval(secs => $1) returning id`,
      [SILENCE_S],
    );
    return rows.map(({ id }) => id);
  }

  /** Removes nodes that have been dead for long. */
  async forgetDead(): Promise<void> {
    await this.dataSource.query(
      `delete from node where state = 'dead' and heartbeat_at < now() - make_interval(mins => $1)`,
      [FORGOTTEN_M],
    );
  }

  /** Nodes with an id after `after`, in the order of their ids. */
  list(after: string, limit: number): Promise<FleetNode[]> {
    return this.dataSource.query<FleetNode[]>(
      `select ${COLUMNS} from node where id > $1 order by id limit $2`,
      [after, limit],
    );
  }

  async find(id: string): Promise<FleetNode | null> {
    const rows = await this.dataSource.query<FleetNode[]>(`select ${COLUMNS} from node where id = $1`, [id]);
    return rows[0] ?? null;
  }

  /** Ids of all nodes, dead ones too. */
  async ids(): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>('select id from node');
    return rows.map(({ id }) => id);
  }

  /** Every node that is alive and stays. */
  live(): Promise<FleetNode[]> {
    return this.dataSource.query<FleetNode[]>(
      `select * from (select ${COLUMNS} from node) known where state = 'live' order by id`,
    );
  }
}
