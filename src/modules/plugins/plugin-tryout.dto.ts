import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MayBeLeftOut } from '../../platform/http/body.pipe.js';
import { ANY_JSON, FreeForm } from '../../platform/http/free-form.js';
import { HOOKS, type Hook } from '../../runtime/host/index.js';

/** One step of a test. */
export class TestCheckDto {
  /**
   * `load`, `init`, or `check` for the plugin's own test.
   * @example "load"
   */
  name: string;
  /**
   * Whether it passed.
   * @example true
   */
  ok: boolean;
  /**
   * How long it took, in milliseconds.
   * @example 31.2
   */
  durationMs: number;
  /**
   * What came of it.
   * @example "loaded"
   */
  message: string;
}

/** The steps of a test, and what the plugin printed. */
export class TestChecksDto {
  /** The steps, in their order. */
  checks: TestCheckDto[];
  /**
   * What no check looked at, and why; empty where nothing was left out.
   * @example ["services, because a test does not start them"]
   */
  notChecked: string[];
  /**
   * What the plugin printed meanwhile, oldest first: its warnings, and the stacks of its errors.
   * @example ["warn: OPENAI_BASE_URL is no URL, the default is used"]
   */
  logs: string[];
}

/** What came of testing a plugin in a throw-away process. */
export class TestResultDto {
  /**
   * Whether every check passed.
   * @example true
   */
  ok: boolean;
  /**
   * The same.
   * @example true
   */
  success: boolean;
  /**
   * Id of the plugin.
   * @example "pii-redactor"
   */
  pluginId: string;
  /** The checks. */
  result: TestChecksDto;
  /**
   * The first failure, or what passed and what was not checked.
   * @example "Passed: load, init. Not checked: services, because a test does not start them."
   */
  message: string;
  /**
   * How long it took in all, in milliseconds.
   * @example 48.5
   */
  durationMs: number;
}

/** What a hook is given. Which keys it looks at depends on the hook. */
@MayBeLeftOut()
export class CallHookDto {
  /** What the gateway carries along from hook to hook. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: {} })
  @FreeForm()
  context?: object;
  /** The request: `{method,path,headers,query,body}` for HTTP hooks, the LLM request for LLM hooks. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { method: 'POST', path: '/v1/chat/completions', headers: { accept: 'application/json' } },
  })
  @FreeForm()
  request?: object;
  /** The response, for post hooks. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @FreeForm()
  response?: object;
  /** One chunk of a streamed response, for the chunk hook. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @FreeForm()
  chunk?: object;
  /** The error that post hooks are told of. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @FreeForm()
  error?: object;
}

/** What a hook answered. */
export class HookResultDto {
  /**
   * Always true; a hook that fails is an error.
   * @example true
   */
  ok: boolean;
  /**
   * Id of the plugin.
   * @example "my_custom_plugin"
   */
  pluginId: string;
  /** The hook. */
  @ApiProperty({ enum: HOOKS, example: 'httpTransportPreHook' })
  hook: Hook;
  /** What it returned; null where it changed nothing. */
  @ApiProperty({ ...ANY_JSON, example: { method: 'POST', headers: { 'x-greeting': 'hello' } } })
  result: unknown;
  /**
   * How long it took, the way through the fence included, in milliseconds.
   * @example 0.4
   */
  durationMs: number;
}
