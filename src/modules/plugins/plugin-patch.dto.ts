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
  ValidateIf,
} from 'class-validator';
import { FreeForm } from '../../platform/http/free-form.js';
import { PLACEMENTS, type Placement } from './plugin.entity.js';
import { given, MAX_CHECKSUM, MAX_ORDER, MAX_PATH } from './plugin-request.dto.js';

/** A JSON Merge Patch (RFC 7396) of a plugin: null takes away what may be absent. */
export class PatchPluginDto {
  /**
   * Whether it shall run. `true` on a running plugin reloads it from its path.
   * @example true
   */
  @ValidateIf(given)
  @IsBoolean()
  enabled?: boolean;
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
  @IsNotEmpty()
  @MaxLength(MAX_PATH)
  path?: string | null;
  /** Where gateways run it in their chain. */
  @ApiProperty({ enum: PLACEMENTS, nullable: true, required: false, example: 'post_builtin' })
  @IsOptional()
  @IsIn(PLACEMENTS)
  placement?: Placement | null;
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
