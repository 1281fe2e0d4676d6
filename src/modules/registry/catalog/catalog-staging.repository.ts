import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import { entryRow } from './catalog-entries.repository.js';
import type { CatalogEntry } from './catalog-entry.js';
import { CatalogMerge, type MergeTarget } from './catalog-merge.repository.js';

/** Entries that go to Postgres with one statement. */
const BATCH = 1_000;

const STAGING = `
create temporary table if not exists catalog_staging (
  seq integer primary key,
  name text not null,
  folded_name text not null unique,
  digest text not null,
  "row" json not null
)`;

/** A merge looks at a few thousand entries at a time: a plan that reads a whole table for each step would never end. */
const BY_INDEX = 'set local enable_seqscan = off';

/** What became of a reading that was taken over. */
export interface Merged {
  /** Entries that the source has now. */
  entries: number;
  /** Entries written, new ones and changed ones. */
  written: number;
  /** Entries that are gone. */
  removed: number;
}

/**
 * Where a source's entries are gathered while they are read, which may take minutes: a temporary table, with no
 * transaction open. It is gone with its connection, however that ends.
 */
@Injectable()
export class CatalogStaging {
  constructor(private readonly dataSource: DataSource) {}

  /** Lends an empty staging area for the time of `work`. */
  async use<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(STAGING);
      await runner.query('truncate catalog_staging');
      return await work(new Stage(runner));
    } finally {
      await runner.query('drop table if exists catalog_staging').catch(() => undefined);
      await runner.release();
    }
  }
}

/** The staged entries of one source. */
export class Stage {
  private batch: CatalogEntry[] = [];
  private next = 0;
  /** Names, or names that look the same, that were there already. */
  twins = 0;

  constructor(private readonly runner: QueryRunner) {}

  /** Entries that are staged. */
  get entries(): number {
    return this.next - this.twins;
  }

  /** Adds an entry, unless one of its name is there already. */
  async add(entry: CatalogEntry): Promise<void> {
    this.batch.push(entry);
    if (this.batch.length >= BATCH) await this.flush();
  }

  /** Sends what is left; the staged entries are complete then. */
  async flush(): Promise<void> {
    const rows = this.batch.splice(0).map((entry) => {
      const row = entryRow('', 0, entry);
      return { seq: ++this.next, name: row.name, folded: row.foldedName, digest: row.digest, row };
    });
    if (rows.length === 0) return;
    const { affected } = await this.runner.query(
      `insert into catalog_staging select * from json_to_recordset($1)
         as staged(seq integer, name text, folded text, digest text, "row" json)
       on conflict do nothing`,
      [JSON.stringify(rows)],
      true,
    );
    this.twins += rows.length - (affected ?? 0);
  }

  /**
   * Makes what is staged the entries of the source, in one transaction.
   * @param gone names to take away; null: all that are not staged
   * @param alongside written in the same transaction
   */
  async merge(
    target: MergeTarget,
    gone: readonly string[] | null,
    alongside: (tx: Tx, merged: Merged) => Promise<void>,
  ): Promise<void> {
    await this.runner.query('analyze catalog_staging');
    await this.runner.startTransaction();
    try {
      await this.runner.query(BY_INDEX);
      const tx = this.runner.manager;
      const merge = new CatalogMerge(tx, target);
      const removed = gone === null ? await merge.removeUnstaged() : await merge.remove(gone);
      const written = await merge.write(this.next);
      await alongside(tx, { entries: await merge.count(), written, removed });
      await this.runner.commitTransaction();
    } catch (error) {
      await this.runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  }
}
