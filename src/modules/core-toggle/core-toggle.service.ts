import { Injectable } from '@nestjs/common';
import { BadRequest } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { InstallationService } from '../installation/index.js';
import { PluginWrites } from '../plugins/index.js';
import { CoreCatalogue, type CoreState } from './core-catalogue.js';
import type { CorePluginDto, CorePluginListDto, CoreStatusDto, ToggleCorePluginDto } from './core.dto.js';

/** Tells and changes what core plugins do, through the life cycle that all plugins have. */
@Injectable()
export class CoreToggle {
  constructor(
    private readonly catalogue: CoreCatalogue,
    private readonly writes: PluginWrites,
    private readonly installation: InstallationService,
  ) {}

  status(): CoreStatusDto {
    const names = (wanted: boolean): string[] =>
      this.catalogue.declared.filter(({ required }) => required === wanted).map(({ name }) => name);
    return { available: true, corePlugins: names(true), optionalCorePlugins: names(false) };
  }

  async list(): Promise<CorePluginListDto> {
    const plugins = (await this.catalogue.states()).map(present);
    const optional = plugins.filter(({ required }) => !required);
    return { core: plugins.filter(({ required }) => required), optionalCore: optional, optional };
  }

  /**
   * Turns a core plugin on (installed first where it is not here) or off.
   * @returns its name, and the plugin's id where it is installed
   * @throws BadRequest `field_invalid`, `core_required`, `core_unknown`; AppError the cause of a failed start
   */
  async toggle(
    context: RequestContext,
    dto: ToggleCorePluginDto,
  ): Promise<{ name: string; pluginId: string | null }> {
    const { enabled } = dto;
    const core = await this.find(dto);
    if (core.plugin) await this.update(context, core.plugin.id, enabled);
    const pluginId = core.plugin?.id ?? (enabled ? await this.install(context, core.npmName) : null);
    return { name: core.name, pluginId };
  }

  /**
   * Begins the installation that turning a core plugin on takes.
   * @returns the job, and the longest time that it may take; null where nothing is to be installed
   * @throws as `toggle`
   */
  async beginInstall(
    context: RequestContext,
    dto: ToggleCorePluginDto,
  ): Promise<{ jobId: string; limitMs: number } | null> {
    const { plugin, npmName } = await this.find(dto);
    if (plugin || !dto.enabled) return null;
    const jobId = await this.installation.begin(context, { name: npmName, enable: true });
    return { jobId, limitMs: this.installation.limitMs };
  }

  private async find({ name, npmName, enabled }: ToggleCorePluginDto): Promise<CoreState> {
    const wanted = npmName?.trim() || name?.trim();
    if (!wanted)
      throw new BadRequest(
        'field_invalid',
        "The request must include 'name' (or 'npmName'): that of a core plugin.",
        'name',
      );
    const core = pickNamed(await this.catalogue.states(), wanted);
    if (!core) throw new BadRequest('core_unknown', 'Unknown optional plugin', npmName ? 'npmName' : 'name');
    if (core.required && !enabled)
      throw new BadRequest('core_required', 'Core plugins cannot be disabled', 'enabled');
    return core;
  }

  /** An installation that is joined may have been asked to leave the plugin off. */
  private async install(context: RequestContext, name: string): Promise<string> {
    const jobId = await this.installation.begin(context, { name, enable: true });
    const { plugin } = await this.installation.finish(jobId);
    const core = (await this.catalogue.states()).find(({ npmName }) => npmName === name);
    if (core?.plugin?.enabled === false) await this.update(context, core.plugin.id, true);
    return plugin.id;
  }

  private async update(context: RequestContext, id: string, enabled: boolean): Promise<void> {
    await this.writes.update(context, id, { enabled }, { rule: 'by-key', expected: null });
  }
}

function pickNamed(states: readonly CoreState[], wanted: string): CoreState | undefined {
  return (
    states.find(({ npmName }) => npmName === wanted) ??
    states.find(({ name }) => name === wanted) ??
    states.find(({ plugin }) => plugin?.id === wanted)
  );
}

function present({ name, npmName, required, plugin, loaded }: CoreState): CorePluginDto {
  return {
    ...{ id: plugin?.id ?? name, name, npmName, isCore: required, required },
    ...{ installed: plugin !== null, loaded, enabled: plugin?.enabled ?? false },
  };
}
