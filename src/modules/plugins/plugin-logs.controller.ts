import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiParam, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Response } from 'express';
import { lastEventId } from '../../platform/events/last-event-id.js';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { PluginLogLineDto, PluginLogQueryDto, PluginLogsDto } from './plugin-logs.dto.js';
import { PluginLogs } from './plugin-logs.service.js';

const LINE_STREAM = {
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: { $ref: getSchemaPath(PluginLogLineDto) },
};
const LINE_EXAMPLE = `id: 1768464000000000
event: line
data: {"id":"1768464000000000","at":"2026-01-15T08:00:00.000Z","stream":"stdout","level":"info","text":"ready"}
`;

@ApiTags('Plugins')
@Controller('api/plugins')
export class PluginLogsController {
  constructor(private readonly logs: PluginLogs) {}

  @Get(':x/logs')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Read or follow the log of a plugin',
    description:
      'What the plugin prints and what becomes of it on the node that answers, over restarts of plugin and server; the last half MiB at least. Secrets are masked. `follow=true` streams it as server-sent events; `Last-Event-ID` resumes after that line.',
  })
  @ApiParam({
    name: 'x',
    description: 'Id, display name or npm name, percent-encoded.',
    example: 'pii-redactor',
  })
  @ApiExtraModels(PluginLogsDto, PluginLogLineDto)
  @ApiResponse({
    status: 200,
    description: 'A page of lines, newest first; with `follow`, a stream of lines.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(PluginLogsDto) } },
      'text/event-stream': { schema: LINE_STREAM, example: LINE_EXAMPLE },
    },
  })
  @ApiFailures('field_invalid', 'parameter_invalid', 'plugin_not_found', 'too_many_streams')
  async readPluginLog(
    @Context() { actor }: RequestContext,
    @Param('x') x: string,
    @Query() query: PluginLogQueryDto,
    @Res() response: Response,
  ): Promise<void> {
    const { follow, limit } = query;
    if (!follow || response.req.method === 'HEAD') return void response.json(await this.logs.page(x, query));
    const lastId = lastEventId(response.req);
    await this.logs.follow(response, actor, x, { lastId, ...(limit !== undefined && { limit }) });
  }
}
