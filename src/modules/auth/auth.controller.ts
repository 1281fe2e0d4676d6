import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require, SignedIn } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY } from '../../platform/http/error-codes.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import {
  CreateTokenDto,
  CreateVirtualKeyDto,
  KeyDoneDto,
  NewVirtualKeyDto,
  RevokedTokenDto,
  RevokedTokenListDto,
  RevokeTokenDto,
  TokenDto,
  VirtualKeyListDto,
  WhoamiDto,
} from './auth.dto.js';
import { TokenRevocations } from './token-revocation.service.js';
import { VirtualKeyService } from './virtual-key.service.js';

const KEY_PARAM = { name: 'id', description: 'Id or name of a virtual key in use.', example: 'ci' };

/** No token of an example is good anywhere. */
const REVOKE_EXAMPLES = {
  jti: { summary: 'By its jti', value: { jti: '0b8f3a52-5a0e-4f0e-9f0c-1c5f6f4f9e0d' } },
};

@ApiTags('Auth')
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly keys: VirtualKeyService,
    private readonly revocations: TokenRevocations,
  ) {}

  @Post('virtual-keys')
  @Require('keys:manage')
  @Idempotent()
  @ApiOperation({
    summary: 'Make a virtual key',
    description: 'The key is in the answer, this once; only its hash is kept.',
  })
  @ApiCreatedResponse({ type: NewVirtualKeyDto, description: 'The new key.' })
  @ApiFailures(...BAD_BODY, 'config_key_forbidden', 'name_taken')
  createVirtualKey(
    @Context() context: RequestContext,
    @Body() body: CreateVirtualKeyDto,
  ): Promise<NewVirtualKeyDto> {
    return this.keys.create(context, body);
  }

  @Get('virtual-keys')
  @Require('keys:manage')
  @ApiOperation({ summary: 'List virtual keys', description: 'Newest first, revoked ones too.' })
  @ApiOkResponse({ type: VirtualKeyListDto, description: 'All keys.' })
  listVirtualKeys(): Promise<VirtualKeyListDto> {
    return this.keys.list();
  }

  @Post('virtual-keys/:id/rotate')
  @HttpCode(200)
  @Require('keys:manage')
  @Idempotent()
  @ApiParam(KEY_PARAM)
  @ApiOperation({
    summary: 'Replace a virtual key',
    description:
      'Same id, name and scopes, another key. The old one and the tokens made from it stop working at once.',
  })
  @ApiOkResponse({ type: NewVirtualKeyDto, description: 'The key that takes its place.' })
  @ApiFailures('parameter_invalid', 'key_not_found', 'key_outlives_token')
  rotateVirtualKey(@Context() context: RequestContext, @Param('id') id: string): Promise<NewVirtualKeyDto> {
    return this.keys.rotate(context, id);
  }

  @Delete('virtual-keys/:id')
  @Require('keys:manage')
  @ApiParam(KEY_PARAM)
  @ApiOperation({
    summary: 'Revoke a virtual key',
    description: 'It stops working at once, on every server.',
  })
  @ApiOkResponse({ type: KeyDoneDto, description: 'The key was revoked.' })
  @ApiFailures('parameter_invalid', 'key_not_found')
  async revokeVirtualKey(@Context() context: RequestContext, @Param('id') id: string): Promise<KeyDoneDto> {
    await this.keys.revoke(context, id);
    return { ok: true, message: 'Virtual key revoked' };
  }

  @Post('token')
  @HttpCode(200)
  @SignedIn()
  @Idempotent()
  @ApiOperation({
    summary: 'Make a short-lived token from a virtual key',
    description: 'Call with a virtual key to get a JWT for it, or name a key (needs `keys:manage`).',
  })
  @ApiOkResponse({ type: TokenDto, description: 'The token.' })
  @ApiFailures(...BAD_BODY, 'config_key_forbidden', 'scope_missing', 'key_not_found')
  createToken(@Context() context: RequestContext, @Body() body: CreateTokenDto): Promise<TokenDto> {
    return this.keys.createToken(context, body);
  }

  @Post('tokens/revoke')
  @HttpCode(200)
  @Require('keys:manage')
  @Idempotent()
  @ApiOperation({
    summary: 'Revoke a JWT',
    description:
      'It stops working at once, on every server, and streams that it opened end. By its `jti` alone it needs `admin`. Virtual keys are revoked with DELETE.',
  })
  @ApiBody({ type: RevokeTokenDto, examples: REVOKE_EXAMPLES })
  @ApiOkResponse({ type: RevokedTokenDto, description: 'The token was revoked, now or before.' })
  @ApiFailures(...BAD_BODY, 'config_key_forbidden', 'scope_missing')
  revokeToken(@Context() context: RequestContext, @Body() body: RevokeTokenDto): Promise<RevokedTokenDto> {
    return this.revocations.revoke(context, body);
  }

  @Get('tokens/revoked')
  @Require('keys:manage')
  @ApiOperation({
    summary: 'List revoked JWTs',
    description: 'Newest first; a token leaves the list some time after it has expired by itself.',
  })
  @ApiOkResponse({ type: RevokedTokenListDto, description: 'The revoked tokens.' })
  listRevokedTokens(): Promise<RevokedTokenListDto> {
    return this.revocations.list();
  }

  @Get('whoami')
  @SignedIn()
  @ApiOperation({
    summary: 'Who am I',
    description: 'What the server makes of the token that the call carries.',
  })
  @ApiOkResponse({ type: WhoamiDto, description: 'The caller.' })
  getWhoami(@Context() { actor }: RequestContext): WhoamiDto {
    return { kind: actor.kind, id: actor.id, name: actor.name, scopes: [...actor.scopes] };
  }
}
