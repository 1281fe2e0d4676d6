import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { PageDto, PageIdCursor, PageLimit } from '../http/page.dto.js';

/** Which audit rows to list. */
export class AuditQueryDto {
  /** Only this action, such as `plugin.create`. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  action?: string;
  /** Only rows about the plugin or key of this id. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  target?: string;
  /** Only rows of the actor of this id, such as `admin`. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  actor?: string;
  /** How many rows, 1 to 500. */
  @PageLimit(500, 50)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageIdCursor()
  cursor?: string;
}

/** Who did it. */
export class AuditActorDto {
  /**
   * Kind of token: `admin`, `jwt`, `virtual_key`, or `system`.
   * @example "admin"
   */
  kind: string;
  /**
   * Subject of the token, or id of the virtual key.
   * @example "admin"
   */
  id: string;
  /**
   * Name for people.
   * @example "admin"
   */
  name: string;
}

/** One change: who, what, before and after with secrets masked. */
export class AuditDto {
  /**
   * Grows with every row.
   * @example "17"
   */
  id: string;
  /** When, ISO 8601 UTC. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  at: string;
  /**
   * What was done.
   * @example "plugin.create"
   */
  action: string;
  /** Who did it. */
  actor: AuditActorDto;
  /**
   * What kind of thing it was done to.
   * @example "plugin"
   */
  targetType: string;
  /**
   * Its id.
   * @example "my_custom_plugin"
   */
  targetId: string;
  /** How it was, secrets masked; null when it is new. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  before: object | null;
  /** How it is, secrets masked; null when it is gone. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { enabled: true } })
  after: object | null;
  /** The reason that was given, where one is asked for. */
  @ApiProperty({ type: String, nullable: true, example: null })
  reason: string | null;
  /**
   * Request id.
   * @example "0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11"
   */
  requestId: string;
}

/** A page of audit rows, newest first. */
export class AuditPageDto extends PageDto {
  /** The rows. */
  entries: AuditDto[];
}
