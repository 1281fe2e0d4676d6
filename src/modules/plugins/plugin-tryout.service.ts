import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { type Check, type Hook, PluginStarting, type TrialResult } from '../../runtime/host/index.js';
import type { CallHookDto, HookResultDto, TestResultDto } from './plugin-tryout.dto.js';
import { KnownPlugins } from './known-plugins.js';
import { NodeRuntime } from './node-runtime.js';
import type { PluginEntity } from './plugin.entity.js';
import { PluginRepository } from './plugin.repository.js';
import type { RevealDto, RevealedDto } from './plugin-request.dto.js';
import { PluginSettings } from './plugin-settings.js';
import { PluginSpecs } from './plugin-specs.js';
import { unknownPlugin } from './plugins.service.js';
import { SecretDisclosure } from './secret-disclosure.js';

/** Tries plugins out without changing them, and shows a secret to whoever may see it. */
@Injectable()
export class PluginTryout {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly specs: PluginSpecs,
    private readonly node: NodeRuntime,
    private readonly known: KnownPlugins,
    private readonly secrets: SecretDisclosure,
  ) {}

  async test(segment: string): Promise<TestResultDto> {
    const row = await this.find(segment);
    const { ok, checks, notChecked, logs, durationMs } = await this.trial(row);
    return {
      ok,
      success: ok,
      pluginId: row.id,
      result: { checks, notChecked, logs },
      message: summarize(checks, notChecked),
      durationMs,
    };
  }

  /** Secrets in the result are masked, unless the caller may see them. */
  async callHook(
    { actor }: RequestContext,
    segment: string,
    hook: Hook,
    payload: CallHookDto,
  ): Promise<HookResultDto> {
    const wanted = await this.known.wantedView(segment);
    if (!wanted)
      throw unknownPlugin(
        segment,
        allows(actor.scopes, 'plugins:read') ? await this.known.nearest(segment) : null,
      );
    const { id, enabled } = wanted;
    if (enabled && this.node.isStarting(id)) throw new PluginStarting();
    const isMasked = !allows(actor.scopes, 'secrets:reveal');
    const { value, durationMs } = await this.node.callHook(id, hook, payload, isMasked);
    return { ok: true, pluginId: id, hook, result: value, durationMs };
  }

  async reveal(context: RequestContext, segment: string, dto: RevealDto): Promise<RevealedDto> {
    const row = await this.find(segment);
    return this.secrets.reveal(context, row, dto);
  }

  /** What stands in the way of even starting a trial is a failed check, not an error. */
  private async trial(row: PluginEntity): Promise<TrialResult> {
    try {
      return await this.node.trial(await this.specs.specOf(row, await this.settings.checked(row)));
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return {
        ok: false,
        durationMs: 0,
        notChecked: [],
        logs: [],
        addressInUse: false,
        checks: [{ name: 'load', ok: false, durationMs: 0, message: error.message }],
      };
    }
  }

  private async find(segment: string): Promise<PluginEntity> {
    const row = await this.plugins.find(segment);
    if (!row) throw unknownPlugin(segment);
    return row;
  }
}

/** Names the first failure, or what passed and what was not looked at. */
function summarize(checks: readonly Check[], notChecked: readonly string[]): string {
  const failed = checks.find((check) => !check.ok);
  if (failed) return `${failed.name}: ${failed.message}`;
  const passed = checks.map(({ name }) => name).join(', ');
  if (notChecked.length === 0) return `All checks passed: ${passed}`;
  return `Passed: ${passed}. Not checked: ${notChecked.join('; ')}.`;
}
