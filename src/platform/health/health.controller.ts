import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiFailures } from '../http/api-failures.js';
import { Public } from '../http/access.js';
import { HealthService } from './health.service.js';
import { LiveDto, ReadyDto } from './health.dto.js';

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Public()
  @ApiOperation({
    summary: 'Is the process alive',
    description: 'Answers without looking at anything else.',
    security: [],
  })
  @ApiOkResponse({ type: LiveDto, description: 'The process is alive.' })
  @ApiFailures('bad_json')
  getLiveness(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({
    summary: 'Can the server work',
    description:
      'Asks Postgres; 503 while it is away, the enabled plugins are still starting, or the server is stopping.',
    security: [],
  })
  @ApiOkResponse({ type: ReadyDto, description: 'The server can work.' })
  @ApiFailures('bad_json')
  @ApiResponse({ status: 503, type: ReadyDto, description: 'The server cannot work just now.' })
  async getReadiness(@Res({ passthrough: true }) response: Response): Promise<ReadyDto> {
    const ready = await this.health.ready();
    if (ready.status !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return ready;
  }
}
