import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/transaction.js';
import { foldName } from '../../../platform/names.js';
import { type CatalogEntry, PUBLISHED } from './catalog-entry.js';
import { CatalogEntryEntity } from './catalog-entry.entity.js';
import { SearchIndex } from './search/search-index.repository.js';

export { PUBLISHED };
const PUBLISHED_PRIORITY = -1;

/** Owns the table of catalogue entries. */
@Injectable()
export class CatalogEntries {
  constructor(private readonly search: SearchIndex) {}

  /** Shows what was published here, in front of whatever a catalogue says under the same name. */
  async publish(tx: Tx, entry: CatalogEntry): Promise<void> {
    const row = entryRow(PUBLISHED, PUBLISHED_PRIORITY, entry);
    await tx.upsert(CatalogEntryEntity, { ...row, shown: true, updatedAt: new Date() }, ['source', 'name']);
    await this.search.put(tx, [row.foldedName]);
  }

  /** Takes a name that was published here away; the strongest catalogue's entry is seen again. */
  async withdraw(tx: Tx, name: string): Promise<void> {
    await tx.delete(CatalogEntryEntity, { source: PUBLISHED, name });
    await this.search.put(tx, [foldName(name)]);
  }
}

/** The columns of an entry. */
export function entryRow(
  source: string,
  priority: number,
  entry: CatalogEntry,
): Omit<CatalogEntryEntity, 'shown' | 'updatedAt'> {
  const document = JSON.stringify(entry);
  return {
    source,
    name: entry.name,
    foldedName: foldName(entry.name),
    priority,
    kind: entry.kind,
    category: entry.category,
    language: entry.language,
    supports: Object.entries(entry.supports).flatMap(([generation, yes]) => (yes ? [generation] : [])),
    displayName: entry.displayName,
    description: entry.description,
    tags: entry.tags,
    npmPackage: entry.npm.package,
    version: entry.npm.version,
    installable: entry.notInstallable === null,
    deprecated: entry.deprecated !== null,
    stars: entry.stars,
    document: entry,
    digest: createHash('sha256').update(document).digest('base64url'),
  };
}
