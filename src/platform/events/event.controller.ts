import { Controller, Get, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Require } from '../http/access.js';
import { ApiFailures } from '../http/api-failures.js';
import { BadRequest } from '../http/errors.js';
import { contextOf } from '../http/request.js';
import { EventDto } from './event.dto.js';
import { EventStream } from './event-stream.js';

/** JSON Schema has words for a text that holds JSON; a stream is many of them. */
const EVENT_STREAM = {
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: { $ref: getSchemaPath(EventDto) },
};
const EVENT_EXAMPLE = `id: 42
event: plugin.updated
data: {"id":"42","at":"2026-01-15T08:00:00.000Z","type":"plugin.updated","data":{"pluginId":"pii-redactor"}}
`;

@ApiTags('Events')
@Controller('api/events')
export class EventController {
  constructor(private readonly events: EventStream) {}

  @Get()
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Follow what happens',
    description:
      'Server-sent events: plugins created, updated, deleted, started, failed. `Last-Event-ID` (header, or `lastEventId` in the query) resumes after that event without a gap. The stream stays open; `once=true` ends it after what has already happened.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last event seen.',
    schema: { type: 'string', pattern: '^\\d{1,18}$' },
  })
  @ApiQuery({
    name: 'lastEventId',
    required: false,
    description: 'The same, for clients that cannot set headers.',
    schema: { type: 'string', pattern: '^\\d{1,18}$', example: '0' },
  })
  @ApiQuery({
    name: 'once',
    required: false,
    description: 'End the stream once it has caught up.',
    schema: { type: 'boolean', default: false, example: true },
  })
  @ApiExtraModels(EventDto)
  @ApiFailures('parameter_invalid')
  @ApiResponse({
    status: 200,
    description: 'A stream of events; the `data` of each is an EventDto as JSON.',
    content: { 'text/event-stream': { schema: EVENT_STREAM, example: EVENT_EXAMPLE } },
  })
  streamEvents(@Req() request: Request, @Res() response: Response): Promise<void> {
    const lastId = lastIdOf(request);
    if (request.query['once'] === 'true' || request.method === 'HEAD')
      return this.events.replay(response, lastId);
    return this.events.stream(response, contextOf(request).actor, lastId);
  }
}

/** @throws BadRequest `parameter_invalid` */
function lastIdOf(request: Request): string | null {
  const given = request.get('last-event-id') ?? request.query['lastEventId'] ?? null;
  if (given === null) return null;
  if (typeof given === 'string' && /^\d{1,18}$/.test(given)) return given;
  throw new BadRequest(
    'parameter_invalid',
    'Last-Event-ID must be the id of an event, such as 42.',
    'Last-Event-ID',
  );
}
