import { ApiProperty } from '@nestjs/swagger';
import { PageDto, PageIdCursor, PageLimit, QueryFlag } from '../../platform/http/page.dto.js';
import { LOG_LEVELS, LOG_STREAMS, type LogLevel, type LogStream } from '../../runtime/host/index.js';

/** Which lines to answer. */
export class PluginLogQueryDto {
  /** How many lines, 1 to 1,000; with `follow`, how many of those that there are already. */
  @PageLimit(1_000, 100)
  limit?: number;
  /** `nextCursor` of the page before. */
  @PageIdCursor()
  cursor?: string;
  /** Stream the lines as server-sent events, oldest first, and go on with what comes. */
  @QueryFlag(false)
  follow?: boolean;
}

/** One line of a plugin's log. */
export class PluginLogLineDto {
  /**
   * Grows with every line, over restarts too.
   * @example "1768464000000000"
   */
  id: string;
  /** When it came. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  at: string;
  /** How grave it is: as the plugin's logger was told, `error` for standard error, else `info`. */
  @ApiProperty({ enum: LOG_LEVELS, example: 'info' })
  level: LogLevel;
  /** Where it comes from: printed, given to the runtime's logger, or said by the server of the plugin. */
  @ApiProperty({ enum: LOG_STREAMS, example: 'server' })
  stream: LogStream;
  /**
   * The line, secrets masked.
   * @example "plugin my_custom_plugin initialized successfully"
   */
  text: string;
}

/** A page of a plugin's log on the node that answers. */
export class PluginLogsDto extends PageDto {
  /** The lines, newest first. */
  lines: PluginLogLineDto[];
}
