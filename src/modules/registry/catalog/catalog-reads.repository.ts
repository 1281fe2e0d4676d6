import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { foldName } from '../../../platform/names.js';
import type { CatalogEntry, CatalogKind, Generation } from './catalog-entry.js';
import { SEEN_ENTRIES } from './catalog-entry.entity.js';

/** An entry and the source whose word it is. */
export interface SourcedEntry {
  source: string;
  entry: CatalogEntry;
}

/** What one source says of a name. */
export interface Mention {
  source: string;
  name: string;
  version: string | null;
  /** Whether its entry is the one that people see. */
  shown: boolean;
}

/** Where a page begins: after this entry. Those that can be installed come first, each group by name. */
export interface PagePlace {
  installable: boolean;
  name: string;
}

export interface EntryFilter {
  category?: string;
  kind?: CatalogKind;
  language?: string;
  support?: Generation;
  source?: string;
  /** Only, or none, of these npm packages and published plugins. */
  installed?: { wanted: boolean; packages: readonly string[]; published: readonly string[] };
}

type Row = SourcedEntry & { folded_name: string };

/** Reads the entries that people see. */
@Injectable()
export class CatalogReads {
  constructor(private readonly dataSource: DataSource) {}

  /** Entries that pass the filter from `place` on, at most `limit`. */
  async page(filter: EntryFilter, place: PagePlace | null, limit: number): Promise<SourcedEntry[]> {
    const first =
      place?.installable === false
        ? []
        : await this.group(filter, { installable: true, name: place?.name ?? '' }, limit);
    if (first.length === limit) return first;
    const name = place?.installable === false ? place.name : '';
    return [...first, ...(await this.group(filter, { installable: false, name }, limit - first.length))];
  }

  /** The entry of the first of these names that has one. */
  async first(names: readonly string[]): Promise<SourcedEntry | null> {
    const folded = names.map(foldName);
    const rows = await this.dataSource.query<Row[]>(
      `select source, document as entry, folded_name from ${SEEN_ENTRIES} entry where folded_name = any($1)`,
      [folded],
    );
    const best = folded.flatMap((name) => rows.find(({ folded_name }) => folded_name === name) ?? [])[0];
    return best ?? null;
  }

  /** What all sources say of a name, the strongest first. */
  mentions(name: string): Promise<Mention[]> {
    return this.dataSource.query<Mention[]>(
      `select source, name, version, row_number() over (order by priority, source) = 1 as shown
       from catalog_entry where folded_name = $1 order by priority, source`,
      [foldName(name)],
    );
  }

  /** An npm package of one of these names that a catalogue lists, whatever its entry is called; null for none. */
  async listedPackage(names: readonly string[]): Promise<string | null> {
    const rows = await this.dataSource.query<{ package: string }[]>(
      `select npm_package as package from catalog_entry where source <> 'published' and npm_package is not null
         and (folded_name = any($1) or npm_package = any($1)) limit 1`,
      [names],
    );
    return rows[0]?.package ?? null;
  }

  /** How many there are. */
  async count(): Promise<number> {
    const rows = await this.dataSource.query<{ count: number }[]>(
      `select count(*)::integer as count from ${SEEN_ENTRIES} entry`,
    );
    return rows[0]?.count ?? 0;
  }

  private group(filter: EntryFilter, place: PagePlace, limit: number): Promise<SourcedEntry[]> {
    const { category, kind, language, support, source, installed } = filter;
    const parameters: unknown[] = [place.installable, place.name, limit];
    const conditions = ['installable = $1', 'folded_name > $2'];
    const given = (condition: string, value: unknown): void => {
      if (value === undefined) return;
      conditions.push(condition.replace('?', `$${parameters.push(value)}`));
    };
    given('category = ?', category);
    given('kind = ?', kind);
    given('language = ?', language);
    given('? = any(supports)', support);
    given('source = ?', source);
    if (installed) {
      const [packages, published] = [
        parameters.push(installed.packages),
        parameters.push(installed.published),
      ];
      const isInstalled = `(npm_package = any($${packages}) or source = 'published' and name = any($${published}))`;
      conditions.push(`coalesce(${isInstalled}, false) = $${parameters.push(installed.wanted)}`);
    }
    return this.dataSource.query<SourcedEntry[]>(
      `select source, document as entry from ${SEEN_ENTRIES} entry where ${conditions.join(' and ')}
       order by folded_name limit $3`,
      parameters,
    );
  }
}
