import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** One turn of one node at some work. Times in milliseconds. */
export interface Turn {
  name: string;
  nodeId: string;
  everyMs: number;
  leaseMs: number;
}

/** Owns the table of scheduled work. All times are the database's: the clocks of the nodes do not matter. */
@Injectable()
export class ScheduledWorkRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Milliseconds until the work may be begun, 0 or less: now. A period that was made shorter counts at once: no
   * time that was set by it lies further ahead.
   */
  async dueInMs({ name, everyMs }: Turn): Promise<number> {
    const rows = await this.dataSource.query<{ ms: number }[]>(
      'select extract(epoch from due_at - now())::float8 * 1000 as ms from scheduled_work where name = $1',
      [name],
    );
    const ms = rows[0]?.ms ?? 0;
    return ms > everyMs ? 0 : ms;
  }

  /** Takes the work for the time of a lease. @returns false when another node was faster */
  async claim({ name, nodeId, everyMs, leaseMs }: Turn): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `insert into scheduled_work as known (name, node_id, due_at, started_at)
       values ($1, $2, now() + $3 * interval '1 ms', now())
       on conflict (name) do update
         set node_id = excluded.node_id, due_at = excluded.due_at, started_at = excluded.started_at
         where known.due_at <= now() or known.due_at > now() + $4 * interval '1 ms'
       returning name`,
      [name, nodeId, leaseMs, everyMs],
    );
    return rows.length > 0;
  }

  /** @returns false when the lease had run out and another node has the work now */
  async renew({ name, nodeId, leaseMs }: Turn): Promise<boolean> {
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      `update scheduled_work set due_at = now() + $3 * interval '1 ms'
       where name = $1 and node_id = $2 returning name`,
      [name, nodeId, leaseMs],
    );
    return rows.length > 0;
  }

  /** Notes that the work is done; it is due again a period after it was begun. */
  async finish({ name, nodeId, everyMs }: Turn): Promise<void> {
    await this.dataSource.query(
      `update scheduled_work set finished_at = now(), due_at = started_at + $3 * interval '1 ms'
       where name = $1 and node_id = $2`,
      [name, nodeId, everyMs],
    );
  }
}
