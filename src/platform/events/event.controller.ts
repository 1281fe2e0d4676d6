import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
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
import { Context, type RequestContext } from '../http/request.js';
import { EventDto } from './event.dto.js';
import { EventStream } from './event-stream.js';

@ApiTags('Events')
@ApiFailures(400, 503)
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
    schema: { type: 'string', example: '0' },
  })
  @ApiQuery({
    name: 'lastEventId',
    required: false,
    description: 'The same, for clients that cannot set headers.',
    schema: { type: 'string', example: '0' },
  })
  @ApiQuery({
    name: 'once',
    required: false,
    description: 'End the stream once it has caught up.',
    schema: { type: 'boolean', example: true },
  })
  @ApiExtraModels(EventDto)
  @ApiResponse({
    status: 200,
    description: 'A stream of events; each `data` line is one.',
    content: { 'text/event-stream': { schema: { $ref: getSchemaPath(EventDto) } } },
  })
  streamEvents(
    @Context() { actor }: RequestContext,
    @Req() { method }: Request,
    @Res() response: Response,
    @Headers('last-event-id') header?: string,
    @Query('lastEventId') query?: string,
    @Query('once') once?: string,
  ): Promise<void> {
    const lastId = header ?? query ?? null;
    if (lastId !== null && !/^\d{1,18}$/.test(lastId))
      throw new BadRequest(
        'parameter_invalid',
        'Last-Event-ID must be the id of an event, such as 42.',
        'Last-Event-ID',
      );
    if (once === 'true' || method === 'HEAD') return this.events.replay(response, lastId);
    return this.events.stream(response, actor, lastId);
  }
}
