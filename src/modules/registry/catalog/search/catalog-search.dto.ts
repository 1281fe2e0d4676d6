import { ApiProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { CATALOG_KINDS, type CatalogKind } from '../catalog-entry.js';

/** What results can be narrowed down by, and are counted by. */
export const FACETS = ['category', 'kind', 'language', 'support'] as const;

/** What to search for. Nothing of it is refused but a blank `q`. */
export class SearchQueryDto {
  /** Words or a name, in any order; beginnings of words and slips will do. */
  @ApiProperty({ type: String, example: 'twitter' })
  @Allow()
  q: unknown;
  /** How many results: 1 to 50, what lies outside is moved inside, what is no number is 15. */
  @ApiProperty({ type: 'integer', example: 15, default: 15, minimum: 1, maximum: 50, required: false })
  @Allow()
  limit?: unknown;
  /** Only this category. */
  @ApiProperty({ type: String, required: false })
  @Allow()
  category?: unknown;
  /** Only plugins for these. */
  @ApiProperty({ type: String, enum: CATALOG_KINDS, required: false })
  @Allow()
  kind?: unknown;
  /** Only plugins written in this language; capitals do not count. */
  @ApiProperty({ type: String, required: false })
  @Allow()
  language?: unknown;
  /** Only plugins for this generation of the agent framework. */
  @ApiProperty({ type: String, enum: ['v0', 'v1', 'v2'], required: false })
  @Allow()
  support?: unknown;
}

/** A plugin that was found. */
export class SearchResultDto {
  /**
   * As it is installed by.
   * @example "@elizaos/plugin-twitter"
   */
  name: string;
  /**
   * Name for people.
   * @example "Twitter"
   */
  displayName: string;
  /**
   * What it does; may be empty.
   * @example "Twitter/X integration"
   */
  description: string;
  /** Name of its npm package, where it has one. */
  @ApiProperty({ type: String, nullable: true, example: '@elizaos/plugin-twitter' })
  npmPackage: string | null;
  /** The version to install, where there is one. */
  @ApiProperty({ type: String, nullable: true, example: '1.2.0' })
  version: string | null;
  /**
   * How well it matches and how alive it is; the more, the better. Comparable within one answer only.
   * @example 37.02
   */
  score: number;
  /**
   * Key words.
   * @example ["social"]
   */
  tags: string[];
  /**
   * Where its source is; empty where that is not known.
   * @example "https://github.com/elizaos-plugins/plugin-twitter"
   */
  repository: string;
  /** Stars of the repository. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 38 })
  stars: number;
  /** Who it is for. */
  @ApiProperty({ enum: CATALOG_KINDS, example: 'agent' })
  kind: CatalogKind;
  /**
   * What it is about.
   * @example "social"
   */
  category: string;
  /** Language it is written in, where that is known. */
  @ApiProperty({ type: String, nullable: true, example: 'TypeScript' })
  language: string | null;
  /**
   * Whether it can be installed by its name.
   * @example true
   */
  installable: boolean;
}

const COUNTS = { type: 'object', additionalProperties: { type: 'integer', minimum: 1 } } as const;

/** How many of the matches have what, in small letters. */
export class SearchFacetsDto {
  /** By category. */
  @ApiProperty({ ...COUNTS, example: { social: 2 } })
  category: Record<string, number>;
  /** By who they are for. */
  @ApiProperty({ ...COUNTS, example: { agent: 2 } })
  kind: Record<string, number>;
  /** By language. */
  @ApiProperty({ ...COUNTS, example: { typescript: 2 } })
  language: Record<string, number>;
  /** By generation of the agent framework. */
  @ApiProperty({ ...COUNTS, example: { v1: 2 } })
  support: Record<string, number>;
}

/** What was found, the best first. */
export class SearchAnswerDto {
  /**
   * What was searched for.
   * @example "twitter"
   */
  query: string;
  /** How many results this answer has. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 50, example: 1 })
  count: number;
  /** The results. */
  results: SearchResultDto[];
  /** How many entries match: exactly, or at least (`totalIsExact`). Of many only the best hundreds are counted. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  total: number;
  /**
   * Whether there are no more matches than `total`.
   * @example true
   */
  totalIsExact: boolean;
  /** What the matches counted by `total` have. */
  facets: SearchFacetsDto;
}
