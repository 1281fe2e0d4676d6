import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** When a file was used is written down only where that is this much out of date, in minutes. */
const FRESH_M = 60;
/** What nobody has had a use for goes after this long: who has just used it may be about to put it on record. */
const UNUSED_H = 24;

/** Owns the tables of files that the fleet keeps. They go in and out piece by piece, never whole. */
@Injectable()
export class SharedFileRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Notes that a file is used: from now on it stays for a day. @returns whether it is kept */
  async use(sha256: string): Promise<boolean> {
    const rows = await this.dataSource.query<{ fresh: boolean }[]>(
      'select used_at > now() - make_interval(mins => $2) as fresh from shared_file where sha256 = $1',
      [sha256, FRESH_M],
    );
    if (rows[0]?.fresh !== false) return rows.length > 0;
    const [used] = await this.dataSource.query<[unknown[], number]>(
      'update shared_file set used_at = now() where sha256 = $1 returning sha256',
      [sha256],
    );
    return used.length > 0;
  }

  /** The pieces of a file in their order. */
  async *read(sha256: string): AsyncGenerator<Buffer> {
    for (let place = 0; ; place++) {
      const rows = await this.dataSource.query<{ content: Buffer }[]>(
        'select content from shared_file_chunk where sha256 = $1 and place = $2',
        [sha256, place],
      );
      if (!rows[0]) return;
      yield rows[0].content;
    }
  }

  /** Keeps a file, all of it or nothing; leaves that to whoever does so already. */
  async write(sha256: string, bytes: number, pieces: AsyncIterable<Buffer>): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const [lock] = await tx.query<{ ours: boolean }[]>(
        'select pg_try_advisory_xact_lock(7301983, hashtext($1)) as ours',
        [sha256],
      );
      if (!lock?.ours) return;
      const begun = await tx.query<unknown[]>(
        'insert into shared_file (sha256, bytes) values ($1, $2) on conflict do nothing returning sha256',
        [sha256, bytes],
      );
      if (begun.length === 0) return;
      let place = 0;
      for await (const piece of pieces)
        await tx.query('insert into shared_file_chunk (sha256, place, content) values ($1, $2, $3)', [
          sha256,
          place++,
          piece,
        ]);
    });
  }

  /** Which of these are not kept. */
  async missing(digests: readonly string[]): Promise<string[]> {
    const rows = await this.dataSource.query<{ sha256: string }[]>(
      `select wanted as sha256 from unnest($1::text[]) wanted
       where not exists (select from shared_file where sha256 = wanted)`,
      [digests],
    );
    return rows.map(({ sha256 }) => sha256);
  }

  /** Files that nobody has used for long. */
  async unused(): Promise<string[]> {
    const rows = await this.dataSource.query<{ sha256: string }[]>(
      'select sha256 from shared_file where used_at < now() - make_interval(hours => $1)',
      [UNUSED_H],
    );
    return rows.map(({ sha256 }) => sha256);
  }

  /** Removes a file unless it was used meanwhile. */
  async removeUnused(sha256: string): Promise<void> {
    await this.dataSource.query(
      'delete from shared_file where sha256 = $1 and used_at < now() - make_interval(hours => $2)',
      [sha256, UNUSED_H],
    );
  }

  async remove(sha256: string): Promise<void> {
    await this.dataSource.query('delete from shared_file where sha256 = $1', [sha256]);
  }
}
