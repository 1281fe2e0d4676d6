import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Conflict } from '../../platform/http/errors.js';
import { looksLike } from '../../platform/names.js';
import { PluginProtection, PluginsService, type PluginDto } from '../plugins/index.js';
import type { CorePlugin } from './core-plugins.js';
import { CORE_TOGGLE_OPTIONS, type CoreToggleOptions } from './core-toggle.options.js';

/** A core plugin, and the plugin that it is here, if any. */
export interface CoreState extends CorePlugin {
  plugin: PluginDto | null;
  loaded: boolean;
}

/** Matches the declared core plugins with what is here, and keeps the required ones. */
@Injectable()
export class CoreCatalogue implements OnModuleInit {
  constructor(
    @Inject(CORE_TOGGLE_OPTIONS) private readonly options: CoreToggleOptions,
    private readonly plugins: PluginsService,
    private readonly protection: PluginProtection,
  ) {}

  onModuleInit(): void {
    this.protection.names.define((name) => {
      const core = this.declared.find((one) => looksLike(one.name, name) || looksLike(one.npmName, name));
      return core ? `the core plugin "${core.name}"` : null;
    });
    this.protection.define((plugin) => {
      const core = this.declared.find((one) => one.required && isThePackage(plugin, one));
      return core
        ? new Conflict(
            'plugin_required',
            `"${core.name}" is a required core plugin: it cannot be disabled, uninstalled or deleted.`,
          )
        : null;
    });
  }

  get declared(): readonly CorePlugin[] {
    return this.options.plugins;
  }

  /** All declared plugins, in the order of their declaration. */
  async states(): Promise<CoreState[]> {
    const [{ plugins }, loaded] = await Promise.all([this.plugins.snapshot(), this.plugins.loaded()]);
    return this.declared.map((core) => {
      const plugin = plugins.find((one) => isThePackage(one, core)) ?? null;
      return { ...core, plugin, loaded: plugin !== null && loaded.includes(plugin.id) };
    });
  }
}

/** A file of the user's own that names itself like a core package is not that package. */
function isThePackage(plugin: Pick<PluginDto, 'source' | 'npmName'>, { npmName }: CorePlugin): boolean {
  return plugin.npmName === npmName && plugin.source !== 'path';
}
