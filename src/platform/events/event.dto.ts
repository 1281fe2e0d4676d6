import { ApiProperty } from '@nestjs/swagger';

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
