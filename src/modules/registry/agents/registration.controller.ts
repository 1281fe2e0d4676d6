import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Require } from '../../../platform/http/access.js';
import { ApiFailures } from '../../../platform/http/api-failures.js';
import { BAD_BODY } from '../../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../../platform/http/request.js';
import { Idempotent } from '../../../platform/idempotency/idempotent.js';
import {
  RegisterDto,
  RegisteredDto,
  RegistrationConfigDto,
  RegistrationStatusDto,
  SyncedDto,
  UpdateUriDto,
  UriUpdatedDto,
} from './registration.dto.js';
import { RegistrationService } from './registration.service.js';

/** What telling the registry something can fail for. */
const NOT_TOLD = [
  'registry_not_configured',
  'upstream_unreachable',
  'upstream_refused',
  'shutting_down',
] as const;

@ApiTags('Agents')
@Controller('api/registry')
export class RegistrationController {
  constructor(private readonly registration: RegistrationService) {}

  @Get('status')
  @Require('registry:read')
  @ApiOperation({
    summary: 'Show the registration',
    description: 'How this server, with all its replicas, stands with the registry at REGISTRY_URL.',
  })
  getRegistryStatus(): Promise<RegistrationStatusDto> {
    return this.registration.status();
  }

  @Post('register')
  @HttpCode(200)
  @Require('registry:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Register at the registry',
    description:
      'Tells the registry at REGISTRY_URL who this server is and which plugins it runs; from then on it sends heartbeats. May be repeated: the id stays.',
  })
  @ApiBody({ type: RegisterDto, required: false })
  @ApiFailures(...BAD_BODY, ...NOT_TOLD, 'config_key_forbidden')
  registerAtRegistry(@Context() context: RequestContext, @Body() body: RegisterDto): Promise<RegisteredDto> {
    return this.registration.register(context, body);
  }

  @Post('update-uri')
  @HttpCode(200)
  @Require('registry:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Change the public URI',
    description: 'Tells the registry another URI of this server. Without one: that of the settings again.',
  })
  @ApiBody({ type: UpdateUriDto, required: false })
  @ApiFailures(...BAD_BODY, ...NOT_TOLD, 'config_key_forbidden', 'not_registered')
  updateRegistryUri(@Context() context: RequestContext, @Body() body: UpdateUriDto): Promise<UriUpdatedDto> {
    return this.registration.updateUri(context, body);
  }

  @Post('sync')
  @HttpCode(200)
  @Require('registry:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Send a heartbeat now',
    description:
      'And all that has changed since the last one. It is sent by itself every REGISTRY_SYNC_INTERVAL.',
  })
  @ApiFailures(...NOT_TOLD, 'not_registered')
  syncWithRegistry(): Promise<SyncedDto> {
    return this.registration.sync();
  }

  @Get('config')
  @Require('registry:read')
  @ApiOperation({
    summary: 'Show the settings of the registration',
    description: 'REGISTRY_URL, REGISTRY_AUTO_REGISTER and REGISTRY_SYNC_INTERVAL.',
  })
  getRegistryConfig(): RegistrationConfigDto {
    return this.registration.settings();
  }
}
