import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Require } from '../../../platform/http/access.js';
import { ApiFailures, header } from '../../../platform/http/api-failures.js';
import { sendReady } from '../../../platform/http/ready-answer.js';
import { Context, type RequestContext } from '../../../platform/http/request.js';
import { ApiTagged, sendJson } from '../../../platform/http/tagged-answer.js';
import { Idempotent } from '../../../platform/idempotency/idempotent.js';
import { CatalogListDto, CatalogPluginAnswerDto, ListEntriesDto } from './catalog.dto.js';
import { RefreshedDto, SourceListDto } from './catalog-source.dto.js';
import { CatalogList } from './catalog-list.js';
import { CatalogRefresh } from './catalog-refresh.service.js';
import { CatalogService } from './catalog.service.js';

const ETAG = { ETag: header('ETag') };

@ApiTags('Registry')
@Controller('api/registry')
export class CatalogController {
  constructor(
    private readonly list: CatalogList,
    private readonly catalog: CatalogService,
    private readonly refresh: CatalogRefresh,
  ) {}

  @Get('plugins')
  @Require('registry:read')
  @ApiOperation({
    summary: 'List the catalogue',
    description:
      'Every plugin that a catalogue source names or that is published here, or those that pass the filters. At most 1,000 in one answer: `nextCursor` leads on where there are more.',
  })
  @ApiTagged()
  @ApiOkResponse({ type: CatalogListDto, description: 'The plugins.', headers: ETAG })
  @ApiFailures('field_invalid', 'parameter_invalid')
  async listRegistryPlugins(
    @Query() query: ListEntriesDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendReady(request, response, await this.list.list(query));
  }

  @Get('plugins/:name')
  @Require('registry:read')
  @ApiOperation({
    summary: 'Get a plugin of the catalogue',
    description:
      'By its name, else `@elizaos/<name>`, else `@elizaos/plugin-<name>`; no other scope is looked into.',
  })
  @ApiParam({ name: 'name', description: 'Name, percent-encoded.', example: '@elizaos/plugin-openai' })
  @ApiTagged()
  @ApiOkResponse({ type: CatalogPluginAnswerDto, description: 'The plugin.', headers: ETAG })
  @ApiFailures('field_invalid', 'parameter_invalid', 'catalogue_entry_not_found')
  async getRegistryPlugin(
    @Param('name') name: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    sendJson(request, response, { plugin: await this.catalog.get(name) });
  }

  @Get('sources')
  @Require('registry:read')
  @ApiOperation({
    summary: 'List catalogue sources',
    description: 'Every source in `REGISTRY_SOURCES`, and how reading it went last.',
  })
  @ApiOkResponse({ type: SourceListDto, description: 'The sources.' })
  listRegistrySources(): Promise<SourceListDto> {
    return this.catalog.listSources();
  }

  @Post('refresh')
  @HttpCode(200)
  @Require('registry:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Refresh the catalogue',
    description:
      'Asks every source again and waits for the end; a refresh that is under way already ends first. A source that cannot be read keeps the entries it had: the answer is then 502 with each cause.',
  })
  @ApiOkResponse({ type: RefreshedDto, description: 'The catalogue is what its sources say.' })
  @ApiFailures('catalogue_refresh_failed', 'job_cancelled', 'job_interrupted', 'job_timeout', 'shutting_down')
  async refreshRegistry(@Context() context: RequestContext): Promise<RefreshedDto> {
    await this.refresh.finish(await this.refresh.beginAnew(context));
    return this.catalog.refreshed();
  }
}
