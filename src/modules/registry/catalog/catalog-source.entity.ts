import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A catalogue that entries are taken from, and how that went last. */
@Entity('catalog_source')
export class CatalogSourceEntity {
  /** Its label. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'catalog_source_pk' })
  id: string;

  @Column({ type: 'text' })
  kind: string;

  /** URL or file. */
  @Column({ type: 'text' })
  location: string;

  /** The smaller, the stronger. */
  @Column({ type: 'integer' })
  priority: number;

  @Column({ type: 'integer', default: 0 })
  entries: number;

  /** Malformed ones and twins that the last reading left out. */
  @Column({ type: 'integer', default: 0 })
  skipped: number;

  /** What the adapter wants to know next time: validators, times; null: nothing of what it said is here. */
  @Column({ type: 'json', nullable: true })
  state: Record<string, unknown> | null;

  /** Why the last reading failed, or null. */
  @Column({ type: 'text', nullable: true })
  error: string | null;

  @Column({ name: 'checked_at', type: 'timestamptz', nullable: true })
  checkedAt: Date | null;

  /** When the entries were last known to be those of the source. */
  @Column({ name: 'refreshed_at', type: 'timestamptz', nullable: true })
  refreshedAt: Date | null;
}
