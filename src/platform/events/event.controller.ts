import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Require } from '../http/access.js';
import { ApiFailures } from '../http/api-failures.js';
import { Context, type RequestContext } from '../http/request.js';
import { EventDto, EventQueryDto } from './event.dto.js';
import { EventFeeds } from './event-feeds.js';
import { EventStream } from './event-stream.js';
import { ApiResume, lastEventId, wantsPastOnly } from './last-event-id.js';

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
  constructor(
    private readonly streams: EventStream,
    private readonly feeds: EventFeeds,
  ) {}

  @Get()
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Follow what happens',
    description:
      'Server-sent events: plugins created, updated, deleted, started, failed; jobs and how far they have come. `Last-Event-ID` (header, or `lastEventId` in the query) resumes after that event without a gap. The stream stays open; `once=true` ends it after what has already happened. A caller may have a limited number of streams open on a server (`STREAMS_PER_CALLER`); beyond it is 429.',
  })
  @ApiResume()
  @ApiFailures('field_invalid')
  @ApiExtraModels(EventDto)
  @ApiResponse({
    status: 200,
    description: 'A stream of events; the `data` of each is an Event as JSON.',
    content: { 'text/event-stream': { schema: EVENT_STREAM, example: EVENT_EXAMPLE } },
  })
  streamEvents(
    @Context() { actor }: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
    @Query() query: EventQueryDto,
  ): Promise<void> {
    const lastId = lastEventId(request);
    const feed = this.feeds.of(query);
    if (wantsPastOnly(request)) return this.streams.replay(response, actor, lastId, feed);
    return this.streams.stream(response, actor, lastId, feed);
  }
}
