import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Require } from '../../platform/http/access.js';
import { ApiFailures, header } from '../../platform/http/api-failures.js';
import { BAD_BODY, NOT_LOADED, NOT_REBUILT } from '../../platform/http/error-codes.js';
import { Context, partsOf, type RequestContext } from '../../platform/http/request.js';
import { sendReady } from '../../platform/http/ready-answer.js';
import { ApiTagged, sendJson } from '../../platform/http/tagged-answer.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import {
  PluginCreatedDto,
  PluginDeletedDto,
  PluginDto,
  PluginListDto,
  PluginNamesDto,
  PluginUpdatedDto,
} from './plugin.dto.js';
import { ApiIfMatch } from './etag-docs.js';
import { revisionOf, tagChanged } from './plugin-answer.js';
import { PatchPluginDto } from './plugin-patch.dto.js';
import { CreatePluginDto, ListPluginsDto, UpdatePluginDto } from './plugin-request.dto.js';
import { CREATE_EXAMPLES, PATCH_EXAMPLES, UPDATE_EXAMPLES } from './plugin-request.examples.js';
import { PluginWrites } from './plugin-writes.service.js';
import { PluginsService } from './plugins.service.js';
import { WaitsForFleet } from './waits-for-fleet.js';

const NAMED = { name: 'x', description: 'Id, display name or npm name, percent-encoded.' };
const ETAG = { ETag: header('ETag') };

const BAD_SETTINGS = ['config_invalid', 'config_key_forbidden'] as const;
const CHANGE_REFUSED = [
  'field_invalid',
  'parameter_invalid',
  'plugin_not_found',
  'revision_conflict',
  'revision_mismatch',
] as const;

/** What PUT and PATCH can fail for. */
const UPDATE_REFUSED = [
  ...BAD_BODY,
  ...CHANGE_REFUSED,
  ...NOT_LOADED,
  ...NOT_REBUILT,
  ...BAD_SETTINGS,
  'plugin_bundled',
  'plugin_installed',
  'plugin_required',
] as const;

@ApiTags('Plugins')
@Controller('api/plugins')
export class PluginsController {
  constructor(
    private readonly plugins: PluginsService,
    private readonly writes: PluginWrites,
  ) {}

  @Get()
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List plugins',
    description: 'All plugins, or those that pass the filters; `limit` makes pages. Secrets are masked.',
  })
  @ApiTagged()
  @ApiOkResponse({
    type: PluginListDto,
    description: 'The plugins, ordered by id.',
    headers: ETAG,
  })
  @ApiFailures('field_invalid', 'parameter_invalid')
  async listPlugins(
    @Query() query: ListPluginsDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const [, text] = partsOf(request.originalUrl);
    await sendReady(request, response, await this.plugins.list(query, text));
  }

  @Get('builtins')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List bundled plugins',
    description: 'Names of the plugins that come with the server.',
  })
  @ApiTagged()
  @ApiOkResponse({ type: PluginNamesDto, description: 'The names, sorted.', headers: ETAG })
  async listBuiltinPlugins(@Req() request: Request, @Res() response: Response): Promise<void> {
    sendJson(request, response, { plugins: await this.plugins.builtins() });
  }

  @Get('loaded')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List loaded plugins',
    description: 'Names of the plugins whose code is loaded on this node now.',
  })
  @ApiTagged()
  @ApiOkResponse({ type: PluginNamesDto, description: 'The names, sorted.', headers: ETAG })
  async listLoadedPlugins(@Req() request: Request, @Res() response: Response): Promise<void> {
    sendJson(request, response, { plugins: await this.plugins.loaded() });
  }

  @Get(':x')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Get a plugin',
    description: 'What is wanted of it and what it is doing on this node.',
  })
  @ApiParam({ ...NAMED, example: 'pii-redactor' })
  @ApiTagged()
  @ApiOkResponse({ type: PluginDto, description: 'The plugin.', headers: ETAG })
  @ApiFailures('field_invalid', 'parameter_invalid', 'plugin_not_found')
  async getPlugin(@Param('x') x: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await sendReady(request, response, await this.plugins.answer(x));
  }

  @Post()
  @Require('plugins:write')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Create a plugin',
    description:
      'With `enabled`, its code is started before it is created: when that fails, nothing is kept and the answer is 422 with the cause.',
  })
  @ApiBody({ type: CreatePluginDto, examples: CREATE_EXAMPLES })
  @ApiCreatedResponse({ type: PluginCreatedDto, description: 'The plugin was created.', headers: ETAG })
  @ApiFailures(
    ...BAD_BODY,
    ...NOT_LOADED,
    ...BAD_SETTINGS,
    'name_invalid',
    'name_taken',
    'name_protected',
    'name_reserved',
    'revision_conflict',
    'config_schema_invalid',
    'config_schema_too_slow',
  )
  async createPlugin(
    @Context() context: RequestContext,
    @Body() body: CreatePluginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PluginCreatedDto> {
    const plugin = await this.plugins.get(await this.writes.create(context, body));
    tagChanged(response, plugin);
    return { message: 'Plugin created successfully', plugin };
  }

  @Put(':x')
  @Require('plugins:write')
  @WaitsForFleet()
  @ApiOperation({
    summary: 'Update a plugin',
    description:
      'A key that is left out is left alone. New code and settings are started beside the old ones; when that fails, the old ones run on and the answer is 422 with the cause. Code exchanged without the scope `secrets:reveal` (another `path` or `checksum`) is not given the stored secrets: `validationWarnings` names them, until they are set anew, or a caller with that scope sends their masks back.',
  })
  @ApiParam({ ...NAMED, example: 'my_custom_plugin' })
  @ApiIfMatch()
  @ApiBody({ type: UpdatePluginDto, examples: UPDATE_EXAMPLES })
  @ApiOkResponse({ type: PluginUpdatedDto, description: 'The plugin was updated.', headers: ETAG })
  @ApiFailures(...UPDATE_REFUSED)
  async updatePlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: UpdatePluginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PluginUpdatedDto> {
    const how = { rule: 'by-key', expected: revisionOf(response.req) } as const;
    return this.changed(response, await this.writes.update(context, x, body, how));
  }

  @Patch(':x')
  @Require('plugins:write')
  @WaitsForFleet()
  @ApiOperation({
    summary: 'Patch a plugin',
    description:
      'JSON Merge Patch (RFC 7396): as `PUT`, but `config` merges at every level and `null` removes, whole fields too.',
  })
  @ApiParam({ ...NAMED, example: 'my_custom_plugin' })
  @ApiIfMatch()
  @ApiBody({ type: PatchPluginDto, examples: PATCH_EXAMPLES })
  @ApiOkResponse({ type: PluginUpdatedDto, description: 'The plugin was updated.', headers: ETAG })
  @ApiFailures(...UPDATE_REFUSED)
  async patchPlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: PatchPluginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PluginUpdatedDto> {
    const how = { rule: 'merge-patch', expected: revisionOf(response.req) } as const;
    return this.changed(response, await this.writes.update(context, x, body, how));
  }

  @Delete(':x')
  @Require('plugins:write')
  @WaitsForFleet()
  @ApiOperation({
    summary: 'Delete a plugin',
    description: 'Stops it and forgets it, settings and data folder too.',
  })
  @ApiParam({ ...NAMED, example: 'my_custom_plugin' })
  @ApiIfMatch()
  @ApiOkResponse({ type: PluginDeletedDto, description: 'The plugin was deleted.' })
  @ApiFailures(...CHANGE_REFUSED, 'plugin_bundled', 'plugin_required', 'plugin_needed')
  async deletePlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Req() request: Request,
  ): Promise<PluginDeletedDto> {
    await this.writes.delete(context, x, revisionOf(request));
    return { ok: true, message: 'Plugin deleted successfully' };
  }

  private async changed(response: Response, id: string): Promise<PluginUpdatedDto> {
    const plugin = await this.plugins.get(id);
    tagChanged(response, plugin);
    return { ok: true, message: 'Plugin updated successfully', plugin, requiresRestart: false };
  }
}
