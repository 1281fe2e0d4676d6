import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule, type TokenKeys } from './modules/auth/index.js';
import { CoreToggleModule, type CoreToggleOptions } from './modules/core-toggle/index.js';
import { InstallationModule } from './modules/installation/index.js';
import { PluginsModule, type PluginsOptions } from './modules/plugins/index.js';
import { RegistryModule } from './modules/registry/index.js';
import { DatabaseModule } from './platform/database/database.module.js';
import type { Connections } from './platform/database/open-database.js';
import { type Foundation, PlatformModule } from './platform/platform.module.js';

/** What start-up opened before the application is put together. */
export interface Opened extends Foundation, Connections {
  tokenKeys: TokenKeys;
  plugins: PluginsOptions;
  core: CoreToggleOptions;
}

/** The table of contents. */
@Module({})
export class AppModule {
  static of(opened: Opened): DynamicModule {
    const plugins = PluginsModule.of(opened.plugins);
    const registry = RegistryModule.of(plugins);
    const installation = InstallationModule.of([plugins, registry], opened.plugins);
    return {
      module: AppModule,
      imports: [
        DatabaseModule.of(opened),
        PlatformModule.of(opened),
        AuthModule.of(opened.tokenKeys),
        // Before the plugins: their routes are more exact than theirs.
        CoreToggleModule.of([plugins, installation], opened.core),
        installation,
        plugins,
        registry,
      ],
    };
  }
}
