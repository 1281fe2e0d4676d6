import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { BAD_BODY } from '../../platform/http/error-codes.js';
import { BadRequest } from '../../platform/http/errors.js';
import { Context, type RequestContext } from '../../platform/http/request.js';
import { Idempotent } from '../../platform/idempotency/idempotent.js';
import { type Hook, HOOKS } from '../../runtime/host/index.js';
import { RevealDto, RevealedDto } from './plugin-request.dto.js';
import { CallHookDto, HookResultDto, TestResultDto } from './plugin-tryout.dto.js';
import { HOOK_EXAMPLES } from './plugin-request.examples.js';
import { PluginTryout } from './plugin-tryout.service.js';

const NAMED = { name: 'x', description: 'Id, display name or npm name, percent-encoded.' };

const HOOK_SCHEMA = { type: 'string' as const, enum: [...HOOKS], example: 'httpTransportPreHook' };

@ApiTags('Plugins')
@Controller('api/plugins')
export class PluginTryoutController {
  constructor(private readonly tryout: PluginTryout) {}

  @Post(':x/test')
  @HttpCode(200)
  @Require('plugins:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Test a plugin',
    description:
      'Loads the present version with the present settings in a process that is thrown away, and runs the plugin’s own test where it has one; `result.notChecked` lists what that leaves out. Where the running plugin has the port that the test needs, it is stopped meanwhile. A failing test is `ok:false` with 200.',
  })
  @ApiParam({ ...NAMED, example: 'pii-redactor' })
  @ApiOkResponse({ type: TestResultDto, description: 'What the test found.' })
  @ApiFailures('field_invalid', 'parameter_invalid', 'plugin_not_found', 'shutting_down')
  testPlugin(@Param('x') x: string): Promise<TestResultDto> {
    return this.tryout.test(x);
  }

  @Post(':x/hooks/:hook')
  @HttpCode(200)
  @Require('plugins:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Run one hook of a gateway plugin',
    description:
      'Hands the body to the hook of the running plugin and answers what it returned and how long it took. Without the scope `secrets:reveal`, the plugin’s secrets are masked in what it returned.',
  })
  @ApiParam({ ...NAMED, example: 'my_custom_plugin' })
  @ApiParam({ name: 'hook', description: 'The hook.', schema: HOOK_SCHEMA })
  @ApiBody({ type: CallHookDto, required: false, examples: HOOK_EXAMPLES })
  @ApiOkResponse({ type: HookResultDto, description: 'What the hook returned.' })
  @ApiFailures(
    ...BAD_BODY,
    'config_key_forbidden',
    'payload_too_large',
    'plugin_not_found',
    'hook_not_found',
    'plugin_not_active',
    'plugin_error',
    'plugin_starting',
    'hook_timed_out',
    'shutting_down',
  )
  callPluginHook(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Param('hook') hook: string,
    @Body() body: CallHookDto,
  ): Promise<HookResultDto> {
    return this.tryout.callHook(context, x, checkHook(hook), body);
  }

  @Post(':x/reveal')
  @HttpCode(200)
  @Require('secrets:reveal')
  @ApiOperation({
    summary: 'Show a setting in the clear',
    description:
      'The only way to see a secret again. Who asked, for what and why is put on record first, each time: an `Idempotency-Key` is ignored and no answer is kept.',
  })
  @ApiParam({ ...NAMED, example: 'my_custom_plugin' })
  @ApiOkResponse({ type: RevealedDto, description: 'The setting.' })
  @ApiFailures(
    ...BAD_BODY,
    'config_key_forbidden',
    'plugin_not_found',
    'setting_not_found',
    'secrets_key_missing',
    'secret_unreadable',
  )
  revealSetting(
    @Context() context: RequestContext,
    @Param('x') x: string,
    @Body() body: RevealDto,
  ): Promise<RevealedDto> {
    return this.tryout.reveal(context, x, body);
  }
}

function checkHook(name: string): Hook {
  const hook = HOOKS.find((known) => known === name);
  if (!hook) throw new BadRequest('parameter_invalid', `hook must be one of ${HOOKS.join(', ')}.`, 'hook');
  return hook;
}
