import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { BodyFields } from '../../platform/http/body-fields.js';
import { ANY_JSON, FreeForm } from '../../platform/http/free-form.js';
import { PLUGIN_SOURCES, type PluginSource } from './code-origin.js';
import { PluginDto } from './plugin.dto.js';
import { PLACEMENTS, type Placement } from './plugin.entity.js';
import { STATUSES, type Status } from './plugin-status.js';
import { PLUGIN_TYPES, type PluginType } from '../../runtime/host/index.js';
import { PageCursor, PageLimit, QueryFlag } from '../../platform/http/page.dto.js';

export const MAX_PATH = 4096;
export const MAX_ORDER = 1_000_000;
export const MAX_CHECKSUM = 100;
const CHECKSUM = '^([sS][hH][aA]256:)?[0-9a-fA-F]{64}$';
const MIN_ORDER = -MAX_ORDER;
/** `""` is how consoles send a field that is not set. */
export const OPTIONAL_PLACEMENTS = [...PLACEMENTS, ''] as const;
export type OptionalPlacement = Placement | '' | null;

/**
 * What can be said of a plugin in a change. A key that is left out is left alone, and so is one that is null, or `""`
 * where that is no value: a plugin is shown so where nothing is set, and what was read can be written back.
 */
@BodyFields({ unknown: 'ignore', readOnlyOf: () => PluginDto, anyCase: true })
export class UpdatePluginDto {
  /**
   * Whether it shall run. `true` on a running plugin reloads it from its path.
   */
  @ApiPropertyOptional({ type: Boolean, nullable: true, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean | null;
  /**
   * Settings to change, by top-level key. A mask that is sent back keeps the stored secret; `null` or `""`
   * clears an optional value, and is refused for a required one.
   */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { greeting: 'good morning' },
  })
  @IsOptional()
  @IsObject()
  @FreeForm()
  config?: Record<string, unknown> | null;
  /**
   * Path of the code inside one of the plugin folders (relative ones are looked up there), or an http(s) URL
   * together with `checksum`.
   */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'hello.mjs' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_PATH)
  path?: string | null;
  /** Where gateways run it in their chain. */
  @ApiPropertyOptional({
    type: String,
    enum: [...OPTIONAL_PLACEMENTS, null],
    nullable: true,
    example: 'post_builtin',
  })
  @IsOptional()
  @IsIn(OPTIONAL_PLACEMENTS)
  placement?: OptionalPlacement;
  /** Its place among those of the same placement. */
  @ApiPropertyOptional({
    type: 'integer',
    minimum: MIN_ORDER,
    maximum: MAX_ORDER,
    nullable: true,
    example: 10,
  })
  @IsOptional()
  @IsInt()
  @Min(MIN_ORDER)
  @Max(MAX_ORDER)
  order?: number | null;
  /** Expected SHA-256 of the file: 64 hex digits, with or without `sha256:` before them. */
  @ApiPropertyOptional({ type: String, pattern: CHECKSUM, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CHECKSUM)
  checksum?: string | null;
}

/** A plugin to create. */
export class CreatePluginDto extends UpdatePluginDto {
  /**
   * Its name; also its id in paths.
   * @example "my_custom_plugin"
   */
  @IsString()
  @IsNotEmpty()
  name: string;
  /** Whether it shall run at once; when it does not load, nothing is created. */
  @ApiPropertyOptional({ type: Boolean, default: false, nullable: true, example: true })
  override enabled?: boolean | null;
  /** Its settings. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { greeting: 'hello' },
  })
  override config?: Record<string, unknown> | null;
  /** JSON Schema of the settings (draft-04, -06, -07, 2019-09 or 2020-12), as an object or as JSON text. */
  @ApiProperty({
    oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }, { type: 'null' }],
    required: false,
    example: { type: 'object', properties: { greeting: { type: 'string', maxLength: 100 } } },
  })
  @FreeForm()
  configSchema?: unknown;
}

/** Which plugins to list. */
export class ListPluginsDto {
  /** Only plugins that are wanted, or only those that are not. */
  @QueryFlag()
  enabled?: boolean;
  /** Only plugins that run, or only those that do not. */
  @QueryFlag()
  active?: boolean;
  /** Only plugins from this source. */
  @ApiProperty({ enum: PLUGIN_SOURCES, required: false })
  @IsOptional()
  @IsIn(PLUGIN_SOURCES)
  source?: PluginSource;
  /** Only plugins of this category. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  category?: string;
  /** Only plugins whose loaded code can do this. */
  @ApiProperty({ enum: PLUGIN_TYPES, required: false })
  @IsOptional()
  @IsIn(PLUGIN_TYPES)
  type?: PluginType;
  /** Only plugins in this status. */
  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES)
  status?: Status;
  /** Only plugins with this text in their id, names, description or tags. */
  @ApiProperty({ type: String, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  q?: string;
  /** How many to answer; all when left out. */
  @PageLimit(1000)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageCursor(400)
  cursor?: string;
}

/** A secret to show. */
export class RevealDto {
  /**
   * Top-level key of the setting.
   * @example "greeting"
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  key: string;
  /**
   * Why; it is put on record with your name.
   * @example "moving the plugin to another account"
   */
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  reason: string;
}

/** A revealed setting. */
export class RevealedDto {
  /**
   * Key of the setting.
   * @example "greeting"
   */
  key: string;
  /** Its value, in the clear. */
  @ApiProperty({ ...ANY_JSON, example: 'hello' })
  value: unknown;
}
