import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsISO8601,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { BodyFields, WarnedDto } from '../../../platform/http/body-fields.js';
import { CHECKSUM_FORM } from './artifact-checksum.js';
import {
  ARTIFACT_STATUSES,
  ARTIFACT_TYPES,
  type ArtifactStatus,
  type ArtifactType,
  VERIFICATIONS,
  type Verification,
} from './published-artifact.entity.js';
import { PageCursor, PageDto, PageLimit } from '../../../platform/http/page.dto.js';

const SAMPLE_URL = 'https://artifacts.example.com/plugins/nginx-log-collector-2.1.0.tar.gz';
const VERSION_FORM = /^[0-9A-Za-z][0-9A-Za-z.+_~-]*$/;
const RUNTIME_FORM = /^[0-9A-Za-z.+_-]*$/;
const MAX_NAME = 128;
const MAX_DESCRIPTION = 2_000;
const MAX_CONFIG_SCHEMA = 512 * 1024;
const WEB = /^https?:\/\//i;
const GIVEN_STATUSES = ['active', 'deprecated', 'yanked'] as const;

/** A version of a plugin to publish. */
@BodyFields({ unknown: 'ignore', readOnlyOf: () => PublishedArtifactDto })
export class RegisterPluginDto {
  /** Human-readable name of the plugin. */
  @ApiProperty({ type: String, maxLength: MAX_NAME, example: 'nginx-log-collector' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_NAME)
  name: string;
  /** Version; ordered as semver where it is one. What was published under it never changes. */
  @ApiProperty({ type: String, maxLength: 100, pattern: VERSION_FORM.source, example: '2.1.0' })
  @IsString()
  @MaxLength(100)
  @Matches(VERSION_FORM)
  version: string;
  /** What it handles. */
  @ApiProperty({ enum: ARTIFACT_TYPES, example: 'log' })
  @IsIn(ARTIFACT_TYPES)
  pluginType: ArtifactType;
  /** Address of the artifact: http or https, on the public internet. */
  @ApiProperty({ type: String, format: 'uri', maxLength: 2_000, example: SAMPLE_URL })
  @IsString()
  @MaxLength(2_000)
  @Matches(WEB, { message: '$property must be an http or https URL' })
  artifactUrl: string;
  /** `sha256:` and the digest of the artifact. With fewer than 64 digits it can never be verified. */
  @ApiProperty({ type: String, pattern: CHECKSUM_FORM, example: 'sha256:abc123def456' })
  @IsString()
  @Matches(new RegExp(CHECKSUM_FORM), { message: '$property must be sha256: and up to 64 hex digits' })
  checksum: string;
  /** JSON Schema (draft-04, -06, -07, 2019-09 or 2020-12) of the plugin's settings, as JSON text. */
  @ApiPropertyOptional({ type: String, default: '{}', maxLength: MAX_CONFIG_SCHEMA, example: '{}' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CONFIG_SCHEMA)
  configSchema?: string;
  /** What runs it, such as `go`, `python`, `node` or `wasm`. The last two can be installed here. */
  @ApiPropertyOptional({
    type: String,
    default: '',
    maxLength: 50,
    pattern: RUNTIME_FORM.source,
    example: 'go',
  })
  @IsOptional()
  @IsString()
  @MaxLength(50)
  @Matches(RUNTIME_FORM)
  pluginRuntime?: string;
  /** What it does, for people who search. */
  @ApiPropertyOptional({ type: String, default: '', maxLength: MAX_DESCRIPTION })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_DESCRIPTION)
  description?: string;
}

/** What its publisher says of a version. */
@BodyFields({ readOnlyOf: () => PublishedArtifactDto })
export class ChangeArtifactDto {
  /** `deprecated` warns, `yanked` lets nobody install it any more. */
  @ApiProperty({ enum: GIVEN_STATUSES, example: 'deprecated' })
  @IsIn(GIVEN_STATUSES)
  status: (typeof GIVEN_STATUSES)[number];
  /** Why; null or left out for no reason. */
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 500, example: 'Leaks file handles.' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  statusMessage?: string | null;
  /** Name of the plugin to use instead; null or left out for none. */
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 214, example: 'nginx-metrics' })
  @IsOptional()
  @IsString()
  @MaxLength(214)
  replacement?: string | null;
}

/** Which versions to list. */
export class ListArtifactsDto {
  /** Only versions of this name. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME)
  name?: string;
  /** Only of this type. */
  @ApiProperty({ enum: ARTIFACT_TYPES, required: false })
  @IsOptional()
  @IsIn(ARTIFACT_TYPES)
  pluginType?: ArtifactType;
  /** Only for this runtime. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  pluginRuntime?: string;
  /** Only in this status; `deleted` ones are shown when asked for, or with `updated_since`. */
  @ApiProperty({ enum: ARTIFACT_STATUSES, required: false })
  @IsOptional()
  @IsIn(ARTIFACT_STATUSES)
  status?: ArtifactStatus;
  /** Only with this verification. */
  @ApiProperty({ enum: VERIFICATIONS, required: false })
  @IsOptional()
  @IsIn(VERIFICATIONS)
  verification?: Verification;
  /** Only the version that each name stands for, or only the others. */
  @ApiProperty({ type: Boolean, required: false })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  latest?: boolean;
  /** Only with this text in name or description. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
  /** Only what has changed since this time (ISO 8601), deleted versions too: for copies that keep up. */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @IsISO8601({ strict: true })
  updated_since?: string;
  /** How many versions, 1 to 500. */
  @PageLimit(500, 50)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageCursor(100)
  cursor?: string;
}

/** One published version. */
export class PublishedArtifactDto extends WarnedDto {
  /**
   * Made from name and version, the same on every server.
   * @example "plugin-1c83acfbbad7e0f67527c32480c7f228"
   */
  id: string;
  /**
   * Name of the plugin.
   * @example "nginx-log-collector"
   */
  name: string;
  /**
   * Its version.
   * @example "2.1.0"
   */
  version: string;
  /** What it handles. */
  @ApiProperty({ enum: ARTIFACT_TYPES, example: 'log' })
  pluginType: ArtifactType;
  /**
   * Where its publisher keeps it.
   * @example "https://artifacts.example.com/plugins/nginx-log-collector-2.1.0.tar.gz"
   */
  artifactUrl: string;
  /**
   * SHA-256 of the artifact, as it was given.
   * @example "sha256:abc123def456"
   */
  checksum: string;
  /**
   * JSON Schema of the settings, as JSON text.
   * @example "{}"
   */
  configSchema: string;
  /**
   * What runs it.
   * @example "go"
   */
  pluginRuntime: string;
  /** When it was published. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  registeredAt: string;
  /** Whether the bytes at `artifactUrl` are those of `checksum`; only verified ones are served and installed. */
  @ApiProperty({ enum: VERIFICATIONS, example: 'pending' })
  verification: Verification;
  /** Why it is not verified. */
  @ApiProperty({ type: String, nullable: true, example: null })
  verificationCause: string | null;
  /** When that was last looked at. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  checkedAt: string | null;
  /**
   * What it does.
   * @example ""
   */
  description: string;
  /** What its publisher says of it. */
  @ApiProperty({ enum: ARTIFACT_STATUSES, example: 'active' })
  status: ArtifactStatus;
  /** Why. */
  @ApiProperty({ type: String, nullable: true, example: null })
  statusMessage: string | null;
  /** What to use instead. */
  @ApiProperty({ type: String, nullable: true, example: null })
  replacement: string | null;
  /**
   * Whether it is the version that its name stands for.
   * @example true
   */
  latest: boolean;
  /**
   * Who may publish further versions of the name and change these: a virtual key by its name or a subject of tokens;
   * null where nobody has since before names had owners.
   */
  @ApiProperty({ type: String, nullable: true, example: 'key:ci' })
  owner: string | null;
  /** Size of the verified artifact. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  bytes: number | null;
  /** When anything of it last changed. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  updatedAt: string;
}

/** A page of published versions, by name, the newest of each name first. */
export class ArtifactPageDto extends PageDto {
  /** The versions. */
  plugins: PublishedArtifactDto[];
}
