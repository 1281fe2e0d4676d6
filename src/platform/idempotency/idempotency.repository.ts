import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A first request that has not answered after this long has died with its server; another may take over. */
const ABANDONED_MINUTES = 10;
const KEPT_HOURS = 24;

export interface IdempotencyRecord {
  requestHash: string;
  answer: string | null;
}

/** Owns the table of answers that are given again. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns null when `id` is now ours to work on, else what is recorded for it */
  async claim(id: string, requestHash: string): Promise<IdempotencyRecord | null> {
    const claimed = await this.dataSource.query<unknown[]>(
      `insert into idempotency (id, request_hash) values ($1, $2)
       on conflict (id) do update set request_hash = excluded.request_hash, answer = null, created_at = now()
       where idempotency.created_at < now() - make_interval(hours => $3)
          or (idempotency.answer is null and idempotency.created_at < now() - make_interval(mins => $4))
       returning id`,
      [id, requestHash, KEPT_HOURS, ABANDONED_MINUTES],
    );
    if (claimed.length > 0) return null;
    const rows = await this.dataSource.query<IdempotencyRecord[]>(
      'select request_hash as "requestHash", answer from idempotency where id = $1',
      [id],
    );
    return rows[0] ?? this.claim(id, requestHash);
  }

  async complete(id: string, answer: string): Promise<void> {
    await this.dataSource.query('update idempotency set answer = $2 where id = $1', [id, answer]);
  }

  async release(id: string): Promise<void> {
    await this.dataSource.query('delete from idempotency where id = $1 and answer is null', [id]);
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query(
      `delete from idempotency where created_at < now() - make_interval(hours => $1)`,
      [KEPT_HOURS],
    );
  }
}
