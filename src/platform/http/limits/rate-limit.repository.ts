import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { perSecond } from './bucket.js';

/** Owns the table of what callers have left of their quotas. Times are Postgres's: clocks of servers differ. */
@Injectable()
export class RateLimitRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes off what was spent and answers what is left, in one statement for all keys.
   * @param spent what was spent, by key
   * @param quota what a key has when it is full, and gets in a minute
   */
  async spend(spent: ReadonlyMap<string, number>, quota: number): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ key: string; level: number }[]>(
      `insert into rate_limit as known (key, level, at)
       select key, $3::float8 - spent, clock_timestamp() from unnest($1::text[], $2::float8[]) as new (key, spent)
       order by key
       on conflict (key) do update set
         level = least($3, known.level + $4 * greatest(0, extract(epoch from clock_timestamp() - known.at)::float8))
           - ($3 - excluded.level),
         at = greatest(known.at, clock_timestamp())
       returning key, level`,
      [[...spent.keys()], [...spent.values()], quota, perSecond(quota)],
    );
    return new Map(rows.map(({ key, level }) => [key, level]));
  }

  /** Forgets what is full again by now: a quota fills up within a minute. */
  async deleteFull(): Promise<void> {
    await this.dataSource.query(`delete from rate_limit where at < now() - interval '5 minutes'`);
  }
}
