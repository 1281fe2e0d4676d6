import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { BodyFields } from '../../platform/http/body-fields.js';
import { FreeForm } from '../../platform/http/free-form.js';
import { PluginDto } from './plugin.dto.js';
import {
  MAX_CHECKSUM,
  MAX_ORDER,
  MAX_PATH,
  OPTIONAL_PLACEMENTS,
  type OptionalPlacement,
} from './plugin-request.dto.js';

/** A JSON Merge Patch (RFC 7396) of a plugin: null takes away what may be absent, and so does `""` of path and placement. */
@BodyFields({ unknown: 'ignore', readOnlyOf: () => PluginDto, anyCase: true })
export class PatchPluginDto {
  /**
   * Whether it shall run. `true` on a running plugin reloads it from its path; null leaves it alone.
   */
  @ApiPropertyOptional({ type: Boolean, nullable: true, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean | null;
  /** Settings, merged at every level; `null` inside removes a setting, `null` here all of them. */
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
  /** Path or URL of the code. */
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
  @ApiProperty({ type: 'integer', nullable: true, required: false, example: 10 })
  @IsOptional()
  @IsInt()
  @Min(-MAX_ORDER)
  @Max(MAX_ORDER)
  order?: number | null;
  /** Expected SHA-256 of the file: 64 hex digits, with or without `sha256:` before them. */
  @ApiProperty({ type: String, nullable: true, required: false })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_CHECKSUM)
  checksum?: string | null;
}
