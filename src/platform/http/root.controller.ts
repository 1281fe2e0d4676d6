import { Controller, Get, HttpStatus, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { VERSION } from '../version.js';
import { Public } from './access.js';
import { ApiFailures } from './api-failures.js';
import { RootDto } from './root.dto.js';

const LINKS: RootDto = {
  name: 'Plugboard',
  version: VERSION,
  explorer: '/docs',
  openapi: '/openapi.json',
  live: '/health/live',
  ready: '/health/ready',
  plugins: '/api/plugins',
};

/** The address without a path, where people and tools begin. */
@ApiTags('Health')
@Controller()
export class RootController {
  @Get()
  @Public()
  @ApiOperation({
    summary: 'Find the way in',
    description:
      'Names the server and where to go on. A browser, which accepts HTML, is sent to the explorer.',
    security: [],
  })
  @ApiOkResponse({ type: RootDto, description: 'Where to go on.' })
  @ApiResponse({ status: 303, description: 'To the explorer.' })
  @ApiFailures('bad_json')
  getRoot(@Req() request: Request, @Res({ passthrough: true }) response: Response): RootDto | undefined {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') return LINKS;
    response.redirect(HttpStatus.SEE_OTHER, LINKS.explorer);
    return undefined;
  }
}
