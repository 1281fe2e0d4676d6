import { ApiProperty } from '@nestjs/swagger';
import { SOURCE_KINDS, type SourceKind } from '../../../config/registry-sources.js';

/** A refresh that has ended well. */
export class RefreshedDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /** How many plugins there are to be found now. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 87 })
  count: number;
  /**
   * What there is to say beside; only where no source is configured.
   * @example "No catalogue source is configured (REGISTRY_SOURCES): there is what is published here, 0 in all."
   */
  message?: string;
}

/** A configured source of the catalogue. */
export class CatalogSourceDto {
  /**
   * What it is told apart by.
   * @example "eliza"
   */
  label: string;
  /** What kind of catalogue it is. */
  @ApiProperty({ enum: SOURCE_KINDS, example: 'eliza' })
  kind: SourceKind;
  /** The smaller, the stronger: of several sources that have a name, the strongest one's entry is shown. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 1_000, example: 100 })
  priority: number;
  /**
   * Its address without the query, or the name of the file; for the embedded one its date.
   * @example "https://plugins.example.org/generated-registry.json"
   */
  location: string;
  /** How many entries it has here. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 372 })
  entries: number;
  /** Malformed entries, and twins of others, that the last reading left out. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 0 })
  skipped: number;
  /** Why the last reading failed; null where it did not. */
  @ApiProperty({ type: String, nullable: true, example: null })
  error: string | null;
  /** When it was last read, with or without success. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  checkedAt: string | null;
  /** When the entries were last known to be what it says. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  refreshedAt: string | null;
}

/** All configured sources. */
export class SourceListDto {
  /** How many there are. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  count: number;
  /** The sources, the strongest first. */
  sources: CatalogSourceDto[];
}
