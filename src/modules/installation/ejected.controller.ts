import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY, NOT_LOADED } from '../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { EjectedDoneDto, EjectedListDto, ReinjectDto } from './ejected.dto.js';
import { EjectedService } from './ejected.service.js';
import { PackageDoneDto } from './installation.dto.js';

const NAMED = { name: 'x', description: 'Id, display name or npm name, percent-encoded.', example: 'openai' };
const CHANGE = ['plugin_not_found', 'revision_conflict', 'package_changed', ...NOT_LOADED] as const;

@ApiTags('Installation')
@Controller('api')
export class EjectedController {
  constructor(private readonly copies: EjectedService) {}

  @Get('plugins/ejected')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List ejected plugins',
    description: 'Plugins that run from a local copy, and the npm version below it.',
  })
  listEjectedPlugins(): Promise<EjectedListDto> {
    return this.copies.list();
  }

  @Post('plugins/:x/eject')
  @HttpCode(200)
  @Require('plugins:install')
  @Idempotent()
  @ApiOperation({
    summary: 'Eject a plugin',
    description:
      'Makes an editable copy of exactly what is installed, a git repository whose first commit is the package as it was published, and runs the plugin from it. Files that editors, agents and shells obey are left out.',
  })
  @ApiParam(NAMED)
  @ApiFailures('not_installed', 'already_ejected', ...CHANGE)
  ejectPlugin(@Context() context: RequestContext, @Param('x') x: string): Promise<EjectedDoneDto> {
    return this.copies.eject(context, x);
  }

  @Post('plugins/:x/reinject')
  @HttpCode(200)
  @Require('plugins:install')
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
