import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Require } from '../http/access.js';
import { Metrics } from './metrics.service.js';

@ApiTags('Health')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Prometheus metrics',
    description: 'Text exposition format; scrape with a bearer token.',
  })
  @ApiResponse({
    status: 200,
    description: 'All metrics of this process.',
    content: {
      'text/plain': { schema: { type: 'string' }, example: 'plugboard_plugins{status="active"} 2\n' },
    },
  })
  async getMetrics(@Res() response: Response): Promise<void> {
    response.type(this.metrics.contentType).send(await this.metrics.text());
  }
}
