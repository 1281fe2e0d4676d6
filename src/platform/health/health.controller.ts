import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
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
  getLiveness(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @ApiOperation({
    summary: 'Can the server work',
    description: 'Asks Postgres; 503 while it is away or the server is stopping.',
    security: [],
  })
  @ApiResponse({ status: 503, type: ReadyDto, description: 'The server cannot work just now.' })
  async getReadiness(@Res({ passthrough: true }) response: Response): Promise<ReadyDto> {
    const ready = await this.health.ready();
    if (ready.status !== 'ok') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return ready;
  }
}
