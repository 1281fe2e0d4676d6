import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY, NOT_LOADED } from '../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import type { JobBegunDto } from '../../platform/jobs/job.dto.js';
import { accepted, ApiNoWait, wantsNoWait } from '../../platform/jobs/respond-async.js';
import { hasChanged, WaitsForFleet } from '../plugins/index.js';
import { CorePluginListDto, CoreStatusDto, CoreToggledDto, ToggleCorePluginDto } from './core.dto.js';
import { CoreToggle } from './core-toggle.service.js';

/** What installing it and changing it can fail for. */
const NOT_TOGGLED = [
  'core_required',
  'core_unknown',
  'package_not_found',
  'version_not_found',
  'not_installable',
  'plugin_not_found',
  'install_in_progress',
  'name_taken',
  'source_conflict',
  'job_cancelled',
  'plugin_required',
  'revision_conflict',
  'config_invalid',
  'policy_refused',
  'package_refused',
  'integrity_mismatch',
  'job_interrupted',
  'registry_unreachable',
  'registry_answer_invalid',
  'install_failed',
  'registry_timeout',
  'install_timeout',
  'job_timeout',
] as const;

@ApiTags('Core')
@Controller('api')
export class CoreController {
  constructor(private readonly core: CoreToggle) {}

  @Get('core/status')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'Show the core',
    description: 'Names of the plugins that agents are built on, and of those they may go without.',
  })
  getCoreStatus(): CoreStatusDto {
    return this.core.status();
  }

  @Get('plugins/core')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List core plugins',
    description: 'Whether each is installed, wanted, and loaded on this node now.',
  })
  listCorePlugins(): Promise<CorePluginListDto> {
    return this.core.list();
  }

  @Post('plugins/core/toggle')
  @HttpCode(200)
  @Require('core:write')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Turn a core plugin on or off',
    description:
      'The same as `enabled` of `PUT /api/plugins/{x}`; one that is not installed is installed when it is turned on. Required ones cannot be turned off. Where it is installed, `Prefer: respond-async` answers at once with a job to follow.',
  })
  @ApiNoWait()
  @ApiOkResponse({ type: CoreToggledDto, description: 'It is as it should be.' })
  @ApiFailures(...BAD_BODY, ...NOT_TOGGLED, ...NOT_LOADED)
  async toggleCorePlugin(
    @Context() context: RequestContext,
    @Body() body: ToggleCorePluginDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CoreToggledDto | JobBegunDto> {
    const begun = wantsNoWait(response) ? await this.core.beginInstall(context, body) : null;
    if (begun) return accepted(response, begun.jobId, begun.limitMs);
    const { name, pluginId } = await this.core.toggle(context, body);
    if (pluginId !== null) hasChanged(response, pluginId);
    const message = `${name} is ${body.enabled ? 'enabled' : 'disabled'}`;
    return { ok: true, requiresRestart: false, restarting: false, message };
  }
}
