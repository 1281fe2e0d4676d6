import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require } from '../../../platform/http/access.js';
import { ApiFailures } from '../../../platform/http/api-failures.js';
import { BAD_BODY } from '../../../platform/http/error-codes.js';
import { HandedOverDto, HandOverDto } from '../../../platform/http/owner.dto.js';
import { Context, type RequestContext } from '../../../platform/http/request.js';
import { ArtifactPublishing } from './artifact-publishing.service.js';

@ApiTags('Artifacts')
@Controller('api/registry/artifacts')
export class PublishedNamesController {
  constructor(private readonly publishing: ArtifactPublishing) {}

  @Put(':name/owner')
  @Require('admin')
  @ApiParam({
    name: 'name',
    description: 'Published name, percent-encoded.',
    example: 'nginx-log-collector',
  })
  @ApiOperation({
    summary: 'Hand a published name over',
    description:
      'Its new owner alone, beside admins, may publish further versions of it and change those there are.',
  })
  @ApiFailures(...BAD_BODY, 'artifact_not_found', 'parameter_invalid', 'config_key_forbidden')
  async handOverPublishedName(
    @Context() context: RequestContext,
    @Param('name') name: string,
    @Body() { owner }: HandOverDto,
  ): Promise<HandedOverDto> {
    return { ok: true, owner, previousOwner: await this.publishing.handOver(context, name, owner) };
  }
}
