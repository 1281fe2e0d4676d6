import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY, NOT_LOADED } from '../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { JobBegunDto } from '../../platform/jobs/job.dto.js';
import { accepted, ApiNoWait, wantsNoWait } from '../../platform/jobs/respond-async.js';
import { WaitsForFleet } from '../plugins/index.js';
import { BackgroundChanges } from './background-changes.js';
import { EjectedDoneDto, EjectedListDto, ReinjectDto, SyncDoneDto, SyncDto } from './ejected.dto.js';
import { EjectedService } from './ejected.service.js';
import { EjectedSync } from './ejected-sync.service.js';
import { PackageDoneDto } from './installation.dto.js';

const NAMED = { name: 'x', description: 'Id, display name or npm name, percent-encoded.', example: 'openai' };
const CHANGE = ['plugin_not_found', 'revision_conflict', 'package_changed', ...NOT_LOADED] as const;
/** What keeps a job from its end. */
const JOB = ['job_cancelled', 'job_timeout', 'job_interrupted'] as const;
/** What fetching a newer version can fail for. */
const UPSTREAM = [
  'package_not_found',
  'version_not_found',
  'registry_unreachable',
  'registry_answer_invalid',
  'registry_timeout',
  'policy_refused',
  'package_refused',
  'integrity_mismatch',
  'install_failed',
  'install_timeout',
] as const;

@ApiTags('Installation')
@Controller('api')
export class EjectedController {
  constructor(
    private readonly copies: EjectedService,
    private readonly synced: EjectedSync,
    private readonly background: BackgroundChanges,
  ) {}

  @Get('plugins/ejected')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List ejected plugins',
    description: 'Plugins that run from a local copy, the npm version below it, and the server that has it.',
  })
  listEjectedPlugins(): Promise<EjectedListDto> {
    return this.copies.list();
  }

  @Post('plugins/:x/eject')
  @HttpCode(200)
  @Require('plugins:install')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Eject a plugin',
    description:
      'Makes an editable copy of exactly what is installed, a git repository whose first commit is the package as it was published, and runs the plugin from it. Files that editors, agents and shells obey are left out. The copy lies on the server that is asked; all servers run what is built from it. Where that server is gone, another copy is made, of what runs. `Prefer: respond-async` answers at once with a job to follow.',
  })
  @ApiParam(NAMED)
  @ApiNoWait()
  @ApiOkResponse({ type: EjectedDoneDto, description: 'It runs from the copy.' })
  @ApiFailures('not_installed', 'already_ejected', 'local_copy_away', ...CHANGE)
  async ejectPlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EjectedDoneDto | JobBegunDto> {
    if (!wantsNoWait(response)) return this.copies.eject(context, x);
    return accepted(response, await this.background.eject(context, x), this.synced.limitMs);
  }

  @Post('plugins/:x/sync')
  @HttpCode(200)
  @Require('plugins:write')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Run the local copy as it is now',
    description:
      'Builds it, on the server that has it, where it needs that, tries it and puts it in the place of what runs; when it does not start, nothing changes. `upstream` merges the newest npm version into the local edits first; files that both changed are a conflict, and then nothing is merged. `Prefer: respond-async` answers at once with a job to follow.',
  })
  @ApiParam(NAMED)
  @ApiBody({ type: SyncDto, required: false })
  @ApiNoWait()
  @ApiOkResponse({ type: SyncDoneDto, description: 'It runs.' })
  @ApiFailures(
    ...BAD_BODY,
    'not_ejected',
    'local_copy_away',
    'build_failed',
    'sync_conflict',
    ...JOB,
    ...UPSTREAM,
    ...CHANGE,
  )
  async syncPlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: SyncDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SyncDoneDto | JobBegunDto> {
    const jobId = await this.synced.begin(context, x, body);
    return wantsNoWait(response) ? accepted(response, jobId, this.synced.limitMs) : this.synced.finish(jobId);
  }

  @Post('plugins/:x/reinject')
  @HttpCode(200)
  @Require('plugins:install')
  @WaitsForFleet()
  @Idempotent()
  @ApiOperation({
    summary: 'Go back to the npm version',
    description: 'Runs what was installed again. The local copy is kept aside unless `purge` is set.',
  })
  @ApiParam(NAMED)
  @ApiBody({ type: ReinjectDto, required: false })
  @ApiFailures(...BAD_BODY, 'not_ejected', ...CHANGE)
  reinjectPlugin(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: ReinjectDto,
  ): Promise<PackageDoneDto> {
    return this.copies.reinject(context, x, body.purge ?? false);
  }
}
