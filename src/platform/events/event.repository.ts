import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../database/transaction.js';
import type { AppEvent, EventMap, EventType } from './event-map.js';

/** An arbitrary constant: writers of events take turns, so that ids become visible in their order. */
const ORDER_LOCK = 7_301_978;

interface Row {
  id: string;
  type: EventType;
  data: EventMap[EventType];
  at: Date;
}

/** Owns the table of events: appended inside the change's own transaction, announced when that commits. */
@Injectable()
export class EventRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Appends and announces; both happen only if `tx` commits. Call it last: writers queue from here to commit. */
  async append<T extends EventType>(tx: Tx, type: T, data: EventMap[T]): Promise<void> {
    await tx.query(
      `with turn as materialized (select pg_advisory_xact_lock($1)),
       added as (insert into event (type, data) select $2, $3::json from turn returning id, type, data, at)
       select pg_notify('plugboard', json_build_object('id', id::text, 'type', type, 'data', data, 'at', at)::text)
       from added`,
      [ORDER_LOCK, type, JSON.stringify(data)],
    );
  }

  /** Events after `id`, oldest first, at most `limit`. */
  async after(id: number, limit: number): Promise<AppEvent[]> {
    const rows = await this.dataSource.query<Row[]>(
      'select id, type, data, at from event where id > $1 order by id limit $2',
      [id, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }) as AppEvent);
  }

  /** The same, of one job alone. @param since when the job was made: nothing of it is older */
  async ofJob(jobId: string, since: string, id: number, limit: number): Promise<AppEvent[]> {
    const rows = await this.dataSource.query<Row[]>(
      `select id, type, data, at from event
       where id > $1 and at >= $2 and data->>'jobId' = $3 order by id limit $4`,
      [id, since, jobId, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }) as AppEvent);
  }

  async newestId(): Promise<number> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      'select coalesce(max(id), 0)::text as id from event',
    );
    return Number(rows[0]?.id ?? 0);
  }
}
