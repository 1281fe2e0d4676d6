import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY, NOT_LOADED, NOT_REBUILT } from '../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { hasChanged, WaitsForFleet } from '../plugins/index.js';
import { BackgroundChanges } from './background-changes.js';
import { InstallPlanDto } from './install-plan.dto.js';
import { InstallPlans } from './install-plan.service.js';
import { JobBegunDto } from '../../platform/jobs/job.dto.js';
import { accepted, ApiNoWait, wantsNoWait } from '../../platform/jobs/respond-async.js';
import {
  InstallDoneDto,
  InstallDto,
  PackageDoneDto,
  PolicyDto,
  RollbackDto,
  UninstallDto,
} from './installation.dto.js';
import { InstalledListDto, UpdateListDto, VersionListDto } from './installed.dto.js';
import { INSTALL_EXAMPLES, ROLLBACK_EXAMPLES } from './installation.examples.js';
import { InstallationService } from './installation.service.js';
import { InstalledPackages } from './installed-packages.service.js';

const NAMED = { name: 'x', description: 'Id, display name or npm name, percent-encoded.', example: 'openai' };
const REGISTRY = [
  'package_name_invalid',
  'package_version_invalid',
  'package_not_found',
  'version_not_found',
  'registry_unreachable',
  'registry_answer_invalid',
  'registry_timeout',
  'artifact_not_installable',
  'artifact_not_found',
  'source_conflict',
  'artifact_not_verified',
] as const;
const INSTALL = [
  'not_installable',
  'already_ejected',
  'install_in_progress',
  'name_taken',
  'job_cancelled',
  'policy_refused',
  'package_refused',
  'integrity_mismatch',
  'install_failed',
  'install_timeout',
  'job_timeout',
  'job_interrupted',
  'plugin_required',
] as const;

@ApiTags('Installation')
@Controller('api')
export class InstallationController {
  constructor(
    private readonly installation: InstallationService,
    private readonly background: BackgroundChanges,
    private readonly plans: InstallPlans,
    private readonly packages: InstalledPackages,
  ) {}

  @Post('plugins/install')
  @HttpCode(200)
  @Require('plugins:install')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Install a plugin from npm, or one that is published here',
    description:
      'Resolves, checks, builds and starts the package; nothing of it runs before it is checked, and its install scripts never do. With another version of an installed package it is an update, from where that came from: another source must be named (`source`). `Prefer: respond-async` answers at once with a job to follow; `dryRun` answers the plan: what would be fetched, with sizes, evidence, warnings and what would change.',
  })
  @ApiNoWait()
  @ApiBody({ type: InstallDto, examples: INSTALL_EXAMPLES })
  @ApiExtraModels(InstallDoneDto, InstallPlanDto)
  @ApiOkResponse({
    description: 'The installed plugin, or the plan.',
    schema: {
      oneOf: [{ $ref: getSchemaPath(InstallDoneDto) }, { $ref: getSchemaPath(InstallPlanDto) }],
      discriminator: {
        propertyName: 'outcome',
        mapping: { installed: getSchemaPath(InstallDoneDto), planned: getSchemaPath(InstallPlanDto) },
      },
    },
  })
  @ApiFailures(...BAD_BODY, ...REGISTRY, ...INSTALL, ...NOT_LOADED, ...NOT_REBUILT)
  async installPlugin(
    @Context() context: RequestContext,
    @Body() body: InstallDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<InstallDoneDto | InstallPlanDto | JobBegunDto> {
    if (body.dryRun === true) return this.plans.plan(body);
    const jobId = await this.installation.begin(context, body);
    return wantsNoWait(response)
      ? accepted(response, jobId, this.installation.limitMs)
      : this.installation.finish(jobId);
  }

  @Post('plugins/uninstall')
  @HttpCode(200)
  @Require('plugins:install')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Uninstall a plugin',
    description:
      'Stops it and removes its files, registry or not. Its settings are kept unless `purge` is set. `Prefer: respond-async` answers at once with a job to follow.',
  })
  @ApiNoWait()
  @ApiOkResponse({ type: PackageDoneDto, description: 'It is gone.' })
  @ApiFailures(...BAD_BODY, 'not_installed', 'plugin_required', 'plugin_needed', 'revision_conflict')
  async uninstallPlugin(
    @Context() context: RequestContext,
    @Body() body: UninstallDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PackageDoneDto | JobBegunDto> {
    if (wantsNoWait(response))
      return accepted(response, await this.background.uninstall(context, body), this.installation.limitMs);
    const { npmName: pluginName, pluginId } = await this.installation.uninstall(context, body);
    hasChanged(response, pluginId);
    return { ok: true, requiresRestart: false, pluginName, message: `${pluginName} uninstalled` };
  }

  @Get('plugins/installed')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List installed packages',
    description: 'The version in use of each, with its evidence.',
  })
  async listInstalledPlugins(): Promise<InstalledListDto> {
    const plugins = await this.packages.installed();
    return { count: plugins.length, plugins };
  }

  @Get('plugins/updates')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List newer versions',
    description:
      'Asks about every installed package where it came from: the npm registry, or what is published here.',
  })
  @ApiFailures('install_failed')
  listUpdates(): Promise<UpdateListDto> {
    return this.packages.updates();
  }

  @Get('plugins/:x/versions')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List kept versions',
    description: 'Versions that a rollback can go back to at once.',
  })
  @ApiParam(NAMED)
  @ApiFailures('plugin_not_found', 'not_installed')
  async listVersions(@Param('x') x: string): Promise<VersionListDto> {
    const versions = await this.packages.versions(x);
    return { count: versions.length, versions };
  }

  @Post('plugins/:x/rollback')
  @HttpCode(200)
  @Require('plugins:install')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Go back to a kept version',
    description:
      'To the one installed before, or the one named. Asks no registry. When it does not start, nothing changes.',
  })
  @ApiParam(NAMED)
  @ApiBody({ type: RollbackDto, required: false, examples: ROLLBACK_EXAMPLES })
  @ApiFailures(
    ...BAD_BODY,
    'plugin_not_found',
    'not_installed',
    'version_not_kept',
    'source_conflict',
    'already_ejected',
    'revision_conflict',
    ...NOT_LOADED,
    ...NOT_REBUILT,
  )
  async rollbackPlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: RollbackDto,
  ): Promise<PackageDoneDto> {
    const [plugin, version] = await this.packages.rollback(context, x, body);
    const pluginName = plugin.npmName ?? plugin.id;
    return { ok: true, requiresRestart: false, pluginName, message: `${pluginName} is back at ${version}` };
  }

  @Get('installation/policy')
  @Require('plugins:read')
  @ApiOperation({ summary: 'Show the policy', description: 'The rules that decide what may be installed.' })
  getInstallationPolicy(): PolicyDto {
    return this.packages.policy();
  }
}
