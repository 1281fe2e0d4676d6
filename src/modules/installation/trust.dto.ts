import { ApiProperty } from '@nestjs/swagger';

/** An install script that was not run. */
export class SkippedScriptDto {
  /**
   * Package that it belongs to.
   * @example "esbuild@0.25.0"
   */
  package: string;
  /**
   * Its name in package.json.
   * @example "postinstall"
   */
  script: string;
  /**
   * What it would have run.
   * @example "node install.js"
   */
  command: string;
}

/** A known weakness of a version, as the registry tells it. */
export class AdvisoryDto {
  /**
   * Package that has it.
   * @example "lodash@4.17.0"
   */
  package: string;
  /**
   * What it is.
   * @example "Prototype pollution in lodash"
   */
  title: string;
  /** How bad it is. */
  @ApiProperty({ enum: ['info', 'low', 'moderate', 'high', 'critical', 'unknown'], example: 'high' })
  severity: string;
  /** Where to read about it. */
  @ApiProperty({ type: String, nullable: true, example: 'https://github.com/advisories/GHSA-jf85-cpcp-j695' })
  url: string | null;
  /**
   * Versions that have it.
   * @example "<4.17.12"
   */
  range: string;
}

/** What is known of where a version comes from. */
export class TrustDto {
  /**
   * Hash that the archive was checked against.
   * @example "sha512-q1w2…"
   */
  integrity: string;
  /** Signature of the registry. */
  @ApiProperty({ enum: ['verified', 'unsigned', 'invalid', 'unavailable'], example: 'verified' })
  signature: string;
  /** Attestation of the build that published it. */
  @ApiProperty({ enum: ['verified', 'absent', 'invalid', 'unavailable'], example: 'absent' })
  provenance: string;
  /** The build that signed the provenance. */
  @ApiProperty({ type: String, nullable: true, example: null })
  builder: string | null;
  /** When it was published; null where the registry does not tell. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-15T08:00:00.000Z' })
  publishedAt: string | null;
  /** Minutes between its publication and its installation. */
  @ApiProperty({ type: 'integer', nullable: true, example: 43200 })
  age: number | null;
  /** Install scripts that were not run. */
  @ApiProperty({ type: [SkippedScriptDto] })
  scripts: readonly SkippedScriptDto[];
  /** Known advisories about the package and its dependencies; null when the registry could not say. */
  @ApiProperty({ type: [AdvisoryDto], nullable: true })
  advisories: readonly AdvisoryDto[] | null;
  /** How the signatures of the dependencies were found, counted. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { verified: 212 } })
  dependencies: Readonly<Record<string, number>>;
  /** Why something is not verified. */
  @ApiProperty({ type: [String], example: [] })
  causes: readonly string[];
}
