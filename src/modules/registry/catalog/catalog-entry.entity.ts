import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CatalogEntry } from './catalog-entry.js';

/**
 * SQL: the entries that people see, a name once. What is published here stands before whatever the catalogues say;
 * that is found out by whoever reads, so that publishing and refreshing never wait for one another.
 */
export const SEEN_ENTRIES = `(select * from catalog_entry e where shown and not exists (select from catalog_entry p
  where p.source = 'published' and p.folded_name = e.folded_name and e.source <> 'published'))`;

/** A plugin as one source names it. */
@Entity('catalog_entry')
@Index('catalog_entry_shown', ['foldedName'], { unique: true, where: "shown and source <> 'published'" })
@Index('catalog_entry_published', ['foldedName'], { unique: true, where: "source = 'published'" })
@Index('catalog_entry_listed', ['installable', 'foldedName'], { where: 'shown' })
@Index('catalog_entry_folded_name', ['foldedName', 'priority'])
export class CatalogEntryEntity {
  /** Id of the source; `published` for what is published here. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'catalog_entry_pk' })
  source: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'catalog_entry_pk' })
  name: string;

  /** Two names that fold to the same text are not both seen. */
  @Column({ name: 'folded_name', type: 'text' })
  foldedName: string;

  /** That of the source; the smaller, the stronger. */
  @Column({ type: 'integer' })
  priority: number;

  /** Whether no stronger catalogue has the name; always so for what is published here. */
  @Column({ type: 'boolean' })
  shown: boolean;

  @Column({ type: 'text' })
  kind: string;

  @Column({ type: 'text' })
  category: string;

  @Column({ type: 'text', nullable: true })
  language: string | null;

  @Column({ type: 'text', array: true })
  supports: string[];

  @Column({ name: 'display_name', type: 'text' })
  displayName: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ type: 'text', array: true })
  tags: string[];

  @Index('catalog_entry_npm_package')
  @Column({ name: 'npm_package', type: 'text', nullable: true })
  npmPackage: string | null;

  @Column({ type: 'text', nullable: true })
  version: string | null;

  @Column({ type: 'boolean' })
  installable: boolean;

  @Column({ type: 'boolean' })
  deprecated: boolean;

  @Column({ type: 'integer' })
  stars: number;

  /** The whole entry, as it is answered. */
  @Column({ type: 'json' })
  document: CatalogEntry;

  /** Of the document: an unchanged entry is not written again. */
  @Column({ type: 'text' })
  digest: string;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}
