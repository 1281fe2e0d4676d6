import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { EVENT_TYPES, type EventType } from './event-map.js';

/** Which events to stream; all, where nothing is said. */
export class EventQueryDto {
  /** Only events of these types, each as a parameter of its own or comma-separated in one. */
  @ApiProperty({
    enum: EVENT_TYPES,
    isArray: true,
    example: ['plugin.created', 'plugin.updated'],
    required: false,
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsIn(EVENT_TYPES, { each: true, message: `each of types must be one of: ${EVENT_TYPES.join(', ')}` })
  types?: EventType[];
  /**
   * Only events about the plugin with this id.
   * @example "pii-redactor"
   */
  @IsOptional()
  @IsString()
  @MaxLength(214)
  plugin?: string;
}

/** The `data` line of one server-sent event. */
export class EventDto {
  /**
   * Grows with every event; send it back as `Last-Event-ID` to go on from here.
   * @example "42"
   */
  id: string;
  /** When it was committed, ISO 8601 UTC. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  at: string;
  /**
   * What happened.
   * @example "plugin.updated"
   */
  type: string;
  /** Ids of what it happened to. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { pluginId: 'pii-redactor' } })
  data: Record<string, unknown>;
}
