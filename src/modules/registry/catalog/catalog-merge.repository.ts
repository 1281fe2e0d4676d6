import type { Tx } from '../../../platform/database/transaction.js';

/** Entries that one statement looks at, so that none takes longer than a statement may. */
const STEP = 5_000;

/** Whose entries they become. */
export interface MergeTarget {
  source: string;
  priority: number;
  /** Whether the source had another priority before, so that others may be shown or hidden by it now. */
  moved: boolean;
}

/** The columns that a source says: their names, what an entry's row calls them, their types. */
export const ENTRY_COLUMNS = [
  ['name', 'name', 'text'],
  ['folded_name', 'foldedName', 'text'],
  ['digest', 'digest', 'text'],
  ['kind', 'kind', 'text'],
  ['category', 'category', 'text'],
  ['language', 'language', 'text'],
  ['supports', 'supports', 'text[]'],
  ['display_name', 'displayName', 'text'],
  ['description', 'description', 'text'],
  ['tags', 'tags', 'text[]'],
  ['npm_package', 'npmPackage', 'text'],
  ['version', 'version', 'text'],
  ['installable', 'installable', 'boolean'],
  ['deprecated', 'deprecated', 'boolean'],
  ['stars', 'stars', 'integer'],
  ['document', 'document', 'json'],
] as const;

const NAMES = ENTRY_COLUMNS.map(([name]) => name);
const UPSERT = `
insert into catalog_entry (source, priority, shown, ${NAMES.join(', ')})
select $1, $2,
  (select true from catalog_entry other where other.folded_name = s.folded_name and other.source not in ($1, 'published')
     and (other.priority, other.source) < ($2, $1) limit 1) is null,
  ${NAMES.map((name) => `s.${name}`).join(', ')}
from catalog_staging s where seq > $3 and seq <= $4
on conflict (source, name) do update set updated_at = now(),
  ${['priority', 'shown', ...NAMES].map((name) => `${name} = excluded.${name}`).join(', ')}`;

/**
 * Turns staged entries into a source's own, step by step within a transaction of the caller's. Of all entries whose
 * names look the same, the one of the strongest source is shown; (priority, source) says who is stronger. What is
 * published here is no concern of a merge, whose rows may wait minutes for their commit (SEEN_ENTRIES). Other rows
 * are looked at in subqueries, not joins: one look into an index a row, whatever the planner believes of tables that
 * it has no statistics of.
 */
export class CatalogMerge {
  constructor(
    private readonly tx: Tx,
    private readonly target: MergeTarget,
  ) {}

  /** Takes away the entries that are not staged. @returns how many */
  async removeUnstaged(): Promise<number> {
    let removed = 0;
    let end = await this.pageEnd('');
    for (let from = ''; end !== null; end = await this.pageEnd(from)) {
      removed += await this.removeWhere('name > $2 and name <= $3', [from, end]);
      from = end;
    }
    return removed;
  }

  /** Takes entries away by their names. @returns how many */
  async remove(names: readonly string[]): Promise<number> {
    let removed = 0;
    for (let from = 0; from < names.length; from += STEP)
      removed += await this.removeWhere('name = any($2)', [names.slice(from, from + STEP)]);
    return removed;
  }

  /** Writes the staged entries that are new or changed. @param last the largest `seq` @returns how many */
  async write(last: number): Promise<number> {
    const { source, priority, moved } = this.target;
    let written = 0;
    for (let from = 0; from < last; from += STEP) {
      const range = [from, from + STEP];
      await this.tx.query(
        `delete from catalog_staging s where seq > $3 and seq <= $4
           and (select e.digest = s.digest and e.priority = $2 from catalog_entry e where e.source = $1 and e.name = s.name)`,
        [source, priority, ...range],
      );
      await this.tx.query(
        `update catalog_entry set shown = false
         where folded_name = any(array(select folded_name from catalog_staging where seq > $3 and seq <= $4))
           and shown and source not in ($1, 'published') and (priority, source) > ($2, $1)`,
        [source, priority, ...range],
      );
      const changed = await this.tx.query<{ folded_name: string }[]>(`${UPSERT} returning folded_name`, [
        source,
        priority,
        ...range,
      ]);
      written += changed.length;
      if (moved) await this.reveal(changed.map(({ folded_name }) => folded_name));
    }
    return written;
  }

  /** Entries that the source has. */
  async count(): Promise<number> {
    const sql = 'select count(*)::integer as entries from catalog_entry where source = $1';
    const [row] = await this.tx.query<{ entries: number }[]>(sql, [this.target.source]);
    return row?.entries ?? 0;
  }

  /** The name of the source's entry that is a step further; null where there is none. */
  private async pageEnd(name: string): Promise<string | null> {
    const [page] = await this.tx.query<{ last: string | null }[]>(
      `select max(name) as last from (
         select name from catalog_entry where source = $1 and name > $2 order by name limit $3) page`,
      [this.target.source, name, STEP],
    );
    return page?.last ?? null;
  }

  /** @param parameters from $2 on */
  private async removeWhere(condition: string, parameters: unknown[]): Promise<number> {
    const [gone] = await this.tx.query<[{ folded_name: string }[], number]>(
      `delete from catalog_entry e where source = $1 and ${condition}
         and (select true from catalog_staging s where s.folded_name = e.folded_name and s.name = e.name) is null
       returning folded_name`,
      [this.target.source, ...parameters],
    );
    await this.reveal(gone.map(({ folded_name }) => folded_name));
    return gone.length;
  }

  /** Shows the strongest of the entries that look the same. */
  private async reveal(foldedNames: readonly string[]): Promise<void> {
    if (foldedNames.length === 0) return;
    await this.tx.query(
      `update catalog_entry e set shown = true where folded_name = any($1) and not shown
         and (select true from catalog_entry other where other.folded_name = e.folded_name
           and other.source <> 'published' and (other.priority, other.source) < (e.priority, e.source) limit 1) is null`,
      [foldedNames],
    );
  }
}
