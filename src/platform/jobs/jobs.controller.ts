import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { EventStream } from '../events/event-stream.js';
import { ApiResume, lastEventId, wantsPastOnly } from '../events/last-event-id.js';
import { Require } from '../http/access.js';
import { ApiFailures } from '../http/api-failures.js';
import { Context, type RequestContext } from '../http/request.js';
import { isFinal } from './job-state.js';
import { JobDto, JobEventDto, JobPageDto, JobQueryDto } from './job.dto.js';
import { JobStream } from './job-stream.js';
import { Jobs } from './jobs.service.js';

const EVENT_STREAM = {
  type: 'string',
  contentMediaType: 'application/json',
  contentSchema: { $ref: getSchemaPath(JobEventDto) },
};
const EVENT_EXAMPLE = `id: 42
event: job.progress
data: {"jobId":"019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10","pluginName":"@elizaos/plugin-openai","state":"running","phase":"downloading","percentage":40,"message":null,"error":null}
`;
const ID = ApiParam({
  name: 'id',
  description: 'Id of the job.',
  schema: { type: 'string', example: '019bc0f3-7c00-7a3e-8f1d-2b6c4e5a9d10' },
});

@ApiTags('Jobs')
@Controller('api/jobs')
export class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly feeds: JobStream,
    private readonly streams: EventStream,
  ) {}

  @Get()
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List jobs',
    description:
      'Long work such as installations: waiting, running and ended, newest first. Kept for 90 days.',
  })
  @ApiOkResponse({ type: JobPageDto, description: 'A page of jobs.' })
  @ApiFailures('field_invalid')
  listJobs(@Query() query: JobQueryDto): Promise<JobPageDto> {
    return this.jobs.list(query);
  }

  @Get(':id')
  @Require('plugins:read')
  @ID
  @ApiOperation({ summary: 'Read a job', description: 'How far it has come, and what it came to.' })
  @ApiOkResponse({ type: JobDto, description: 'The job.' })
  @ApiFailures('job_not_found')
  getJob(@Param('id') id: string): Promise<JobDto> {
    return this.jobs.get(id);
  }

  @Delete(':id')
  @HttpCode(200)
  @Require('plugins:install')
  @ID
  @ApiOperation({
    summary: 'Cancel a job',
    description:
      'A job that waits is cancelled at once. One that runs is asked to stop (`cancelRequested`) and ends soon after, as `cancelled`, or as `succeeded` where it was done already.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The job as it is now.' })
  @ApiFailures('job_not_found', 'job_finished')
  cancelJob(@Context() context: RequestContext, @Param('id') id: string): Promise<JobDto> {
    return this.jobs.cancel(context, id);
  }

  @Get(':id/events')
  @Require('plugins:read')
  @ID
  @ApiOperation({
    summary: 'Follow a job',
    description:
      'Server-sent events: all that has happened to the job, then what happens, until it ends. `Last-Event-ID` (header, or `lastEventId` in the query) resumes after that event without a gap; `once=true` ends the stream after what has already happened.',
  })
  @ApiResume()
  @ApiExtraModels(JobEventDto)
  @ApiFailures('job_not_found')
  @ApiResponse({
    status: 200,
    description: 'A stream of events; the `data` of each is a JobEvent as JSON.',
    content: { 'text/event-stream': { schema: EVENT_STREAM, example: EVENT_EXAMPLE } },
  })
  async streamJob(
    @Context() { actor }: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
    @Param('id') id: string,
  ): Promise<void> {
    const lastId = lastEventId(request) ?? 0;
    const job = await this.jobs.get(id);
    const feed = this.feeds.of(job);
    if (wantsPastOnly(request) || isFinal(job.state))
      return this.streams.replay(response, actor, lastId, feed);
    return this.streams.stream(response, actor, lastId, feed);
  }
}
