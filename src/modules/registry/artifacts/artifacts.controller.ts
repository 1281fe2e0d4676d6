import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { Require, RequireForName } from '../../../platform/http/access.js';
import { ApiFailures, header } from '../../../platform/http/api-failures.js';
import { BAD_BODY } from '../../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../../platform/http/request.js';
import { Idempotent } from '../../../platform/idempotency/idempotent.js';
import {
  ArtifactPageDto,
  ChangeArtifactDto,
  ListArtifactsDto,
  PublishedArtifactDto,
  RegisterPluginDto,
} from './artifact.dto.js';
import { CHANGE_EXAMPLES, REGISTER_EXAMPLES, SAMPLE_ID, VERIFIED_ID } from './artifact.examples.js';
import { ArtifactDownloads } from './artifact-downloads.service.js';
import { ArtifactListing } from './artifact-listing.service.js';
import { ArtifactPublishing } from './artifact-publishing.service.js';

const ID = ApiParam({ name: 'id', description: 'Id of the published version.', example: SAMPLE_ID });
const BYTES = {
  'application/octet-stream': { schema: { type: 'string', contentMediaType: 'application/octet-stream' } },
} as const;
const FILE_HEADERS = {
  ETag: header('ETag'),
  'Repr-Digest': { description: 'SHA-256 of the whole file (RFC 9530).', schema: { type: 'string' } },
  Digest: { description: 'The same in the older form (RFC 3230).', schema: { type: 'string' } },
} as const;

@ApiTags('Artifacts')
@Controller('api/v1/plugins')
export class ArtifactsController {
  constructor(
    private readonly publishing: ArtifactPublishing,
    private readonly listing: ArtifactListing,
    private readonly downloads: ArtifactDownloads,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireForName('registry:publish')
  @Idempotent()
  @ApiOperation({
    summary: 'Publish a version of a plugin',
    description:
      'The artifact is fetched and compared with its checksum in the background; until then `verification` is `pending`. A version never changes: the same again answers the same record, other content 409. A name belongs to whoever publishes it first: others, admins aside, cannot publish further versions of it.',
  })
  @ApiBody({ type: RegisterPluginDto, examples: REGISTER_EXAMPLES })
  @ApiOkResponse({ type: PublishedArtifactDto, description: 'The published version.' })
  @ApiFailures(
    ...BAD_BODY,
    'name_invalid',
    'name_reserved',
    'name_taken',
    'name_protected',
    'artifact_changed',
    'destination_refused',
    'config_key_forbidden',
    'config_schema_invalid',
  )
  RegisterPlugin(
    @Context() context: RequestContext,
    @Body() body: RegisterPluginDto,
  ): Promise<PublishedArtifactDto> {
    return this.publishing.publish(context, body);
  }

  @Get()
  @Require('registry:read')
  @ApiOperation({
    summary: 'List what is published here',
    description:
      'By name, the newest version of each first. With `updated_since` deleted versions are listed too, so that a copy elsewhere can keep up.',
  })
  @ApiOkResponse({ type: ArtifactPageDto, description: 'A page of versions.' })
  @ApiFailures('field_invalid', 'parameter_invalid')
  listPublishedPlugins(@Query() query: ListArtifactsDto): Promise<ArtifactPageDto> {
    return this.listing.list(query);
  }

  @Get(':id')
  @Require('registry:read')
  @ID
  @ApiOperation({ summary: 'Read a published version' })
  @ApiOkResponse({ type: PublishedArtifactDto, description: 'The version.' })
  @ApiFailures('artifact_not_found', 'field_invalid', 'parameter_invalid')
  getPublishedPlugin(@Param('id') id: string): Promise<PublishedArtifactDto> {
    return this.publishing.get(id);
  }

  @Get(':id/artifact')
  @Require('registry:read')
  @ApiParam({ name: 'id', description: 'Id of a verified version.', example: VERIFIED_ID })
  @ApiOperation({
    summary: 'Download an artifact',
    description:
      'The verified bytes, compared with their checksum before they are sent. `Range` with `If-Range` goes on with a download that broke off.',
  })
  @ApiHeader({ name: 'Range', required: false, schema: { type: 'string' }, description: 'Bytes to send.' })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    schema: { type: 'string' },
    description: 'ETag of the file that the caller has.',
  })
  @ApiResponse({ status: 200, description: 'The file.', content: BYTES, headers: FILE_HEADERS })
  @ApiResponse({ status: 206, description: 'The range.', content: BYTES, headers: FILE_HEADERS })
  @ApiResponse({ status: 304, description: 'The caller has the file.', headers: { ETag: header('ETag') } })
  @ApiFailures(
    'artifact_not_found',
    'artifact_not_verified',
    'field_invalid',
    'parameter_invalid',
    'range_not_satisfiable',
    'download_failed',
    'download_timeout',
    'shutting_down',
  )
  async downloadArtifact(@Param('id') id: string, @Res() response: Response): Promise<void> {
    await this.downloads.send(id, response);
  }

  @Patch(':id')
  @RequireForName('registry:publish')
  @ID
  @ApiOperation({
    summary: 'Deprecate or yank a version',
    description: 'And back. Its content never changes.',
  })
  @ApiBody({ type: ChangeArtifactDto, examples: CHANGE_EXAMPLES })
  @ApiOkResponse({ type: PublishedArtifactDto, description: 'The version.' })
  @ApiFailures(...BAD_BODY, 'artifact_not_found', 'parameter_invalid', 'config_key_forbidden')
  changePublishedPlugin(
    @Context() context: RequestContext,
    @Param('id') id: string,
    @Body() body: ChangeArtifactDto,
  ): Promise<PublishedArtifactDto> {
    return this.publishing.change(context, id, body);
  }

  @Post(':id/verify')
  @HttpCode(200)
  @RequireForName('registry:publish')
  @Idempotent()
  @ID
  @ApiOperation({
    summary: 'Look at an artifact again',
    description: 'Soon, in the background. A verified one stays verified meanwhile.',
  })
  @ApiOkResponse({ type: PublishedArtifactDto, description: 'The version as it is now.' })
  @ApiFailures('artifact_not_found', 'field_invalid')
  verifyPublishedPlugin(
    @Context() context: RequestContext,
    @Param('id') id: string,
  ): Promise<PublishedArtifactDto> {
    return this.publishing.verify(context, id);
  }

  @Delete(':id')
  @HttpCode(200)
  @RequireForName('registry:publish')
  @ID
  @ApiOperation({
    summary: 'Delete a published version',
    description:
      'A tombstone stays, which lists show with `updated_since`. Nothing else can ever be published under the version.',
  })
  @ApiOkResponse({ type: PublishedArtifactDto, description: 'The tombstone.' })
  @ApiFailures('artifact_not_found', 'field_invalid', 'parameter_invalid')
  deletePublishedPlugin(
    @Context() context: RequestContext,
    @Param('id') id: string,
  ): Promise<PublishedArtifactDto> {
    return this.publishing.remove(context, id);
  }
}
