import { Injectable } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import type { Tx } from '../../../platform/database/transaction.js';
import { entryRow } from './catalog-entries.repository.js';
import type { CatalogEntry } from './catalog-entry.js';
import { CatalogMerge, ENTRY_COLUMNS, type MergeTarget } from './catalog-merge.repository.js';

/** Entries that go to Postgres with one statement. */
const BATCH = 500;

/** A row has only name and digest where the entry is known as it is: its document is neither sent nor kept. */
const STAGING = `
create temporary table if not exists catalog_staging as
select 0 as seq, ${ENTRY_COLUMNS.map(([column]) => column).join(', ')} from catalog_entry with no data`;
const INDEXES = [
  'create unique index if not exists catalog_staging_seq on catalog_staging (seq)',
  'create unique index if not exists catalog_staging_name on catalog_staging (folded_name)',
];
const INSERT = `
insert into catalog_staging select * from json_to_recordset($1)
  as staged(seq integer, ${ENTRY_COLUMNS.map(([, key, type]) => `"${key}" ${type}`).join(', ')})
on conflict do nothing`;
const KNOWN = `
select name from unnest($2::text[], $3::text[]) as read(name, digest)
where (select e.digest = read.digest from catalog_entry e where e.source = $1 and e.name = read.name)`;

/**
 * A merge looks at a few thousand entries at a time: a plan that reads a whole table for each step, or gathers all
 * that come after it, would never end. Nobody may have taken statistics of what the merge before has written.
 */
const BY_INDEX = `select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_bitmapscan']) name`;

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
  async use<T>(target: MergeTarget, work: (stage: Stage) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const stage = new Stage(runner, target);
    try {
      await runner.query(STAGING);
      await runner.query('truncate catalog_staging');
      for (const index of INDEXES) await runner.query(index);
      return await work(stage);
    } finally {
      await stage.idle();
      await runner.query('drop table if exists catalog_staging').catch(() => undefined);
      await runner.release();
    }
  }
}

/** The staged entries of one source. */
export class Stage {
  private batch: CatalogEntry[] = [];
  private sent: Promise<void> = Promise.resolve();
  private next = 0;
  /** Names, or names that look the same, that were there already. */
  twins = 0;

  constructor(
    private readonly runner: QueryRunner,
    private readonly target: MergeTarget,
  ) {}

  /** Entries that are staged. */
  get entries(): number {
    return this.next - this.twins;
  }

  /** Adds an entry, unless one of its name is there already. While one batch is sent, the next one gathers. */
  async add(entry: CatalogEntry): Promise<void> {
    this.batch.push(entry);
    if (this.batch.length < BATCH) return;
    await this.sent;
    this.sent = this.send(this.batch.splice(0));
    this.sent.catch(() => undefined); // whoever adds or flushes next is told
  }

  /** Sends what is left; the staged entries are complete then. */
  async flush(): Promise<void> {
    await this.sent;
    if (this.batch.length > 0) await this.send(this.batch.splice(0));
  }

  /** Waits for what is being sent, whatever comes of it. */
  async idle(): Promise<void> {
    await this.sent.catch(() => undefined);
  }

  /**
   * Makes what is staged the entries of the source, in one transaction.
   * @param gone names to take away; null: all that are not staged
   * @param alongside written in the same transaction
   */
  async merge(
    gone: readonly string[] | null,
    alongside: (tx: Tx, merged: Merged) => Promise<void>,
  ): Promise<void> {
    await this.runner.query('analyze catalog_staging');
    await this.runner.startTransaction();
    try {
      await this.runner.query(BY_INDEX);
      const tx = this.runner.manager;
      const merge = new CatalogMerge(tx, this.target);
      const removed = gone === null ? await merge.removeUnstaged() : await merge.remove(gone);
      const written = await merge.write(this.next);
      await alongside(tx, { entries: await merge.count(), written, removed });
      await this.runner.commitTransaction();
    } catch (error) {
      await this.runner.rollbackTransaction().catch(() => undefined);
      throw error;
    }
  }

  private async send(batch: CatalogEntry[]): Promise<void> {
    const { source, priority } = this.target;
    const rows = batch.map((entry) => entryRow(source, priority, entry));
    const known = await this.known(rows);
    const staged = rows.map((row) => {
      const { name, foldedName, digest } = row;
      return { seq: ++this.next, ...(known.has(name) ? { name, foldedName, digest } : row) };
    });
    const { affected } = await this.runner.query(INSERT, [JSON.stringify(staged)], true);
    this.twins += rows.length - (affected ?? 0);
  }

  /** Names of the entries that the source has just like that. */
  private async known(rows: readonly { name: string; digest: string }[]): Promise<Set<string>> {
    if (this.target.moved) return new Set();
    const found = await this.runner.manager.query<{ name: string }[]>(KNOWN, [
      this.target.source,
      rows.map(({ name }) => name),
      rows.map(({ digest }) => digest),
    ]);
    return new Set(found.map(({ name }) => name));
  }
}
