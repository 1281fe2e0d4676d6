import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Rows deleted by one statement: so few that nobody waits for the locks, and each is a transaction of its own. */
const BATCH = 1_000;

/** How long rows of a table are kept, whose ids grow with time. */
export interface Retention {
  table: 'audit' | 'event' | 'job';
  /** SQL: when a row begins to age; null for rows that may not go yet. */
  agesFrom: string;
  days: number;
  maxRows: number;
}

/** Deletes rows that have outlived their use. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Deletes the oldest rows of a table in batches: those older than `days`, and those beyond the newest `maxRows`.
   * @returns how many
   */
  async apply({ table, agesFrom, days, maxRows }: Retention, signal: AbortSignal): Promise<number> {
    const ages = `${agesFrom} is not null`;
    const [newestBeyond] = await this.dataSource.query<{ id: string }[]>(
      `select id from ${table} where ${ages} order by id desc offset $1 limit 1`,
      [maxRows],
    );
    let deleted = 0;
    for (let batch = BATCH; batch === BATCH && !signal.aborted; deleted += batch) {
      const [, affected] = await this.dataSource.query<[unknown[], number]>(
        `delete from ${table} where id in (
           select id from (select id, ${agesFrom} as aged from ${table} where ${ages} order by id limit $1) oldest
           where aged < now() - make_interval(days => $2) or id <= $3)`,
        [BATCH, days, newestBeyond?.id ?? null],
      );
      batch = affected;
    }
    return deleted;
  }
}
