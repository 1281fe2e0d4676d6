import { type DynamicModule, Module } from '@nestjs/common';
import { CoreAutoInstall } from './core-auto-install.js';
import { CoreCatalogue } from './core-catalogue.js';
import { CoreController } from './core.controller.js';
import { CORE_TOGGLE_OPTIONS, type CoreToggleOptions } from './core-toggle.options.js';
import { CoreToggle } from './core-toggle.service.js';

/** The plugins that agents are built on: which they are, whether they are here, on and off. */
@Module({})
export class CoreToggleModule {
  /** @param modules the very modules of plugins and installation that the application imports */
  static of(modules: DynamicModule[], options: CoreToggleOptions): DynamicModule {
    return {
      module: CoreToggleModule,
      imports: modules,
      controllers: [CoreController],
      providers: [
        { provide: CORE_TOGGLE_OPTIONS, useValue: options },
        CoreAutoInstall,
        CoreCatalogue,
        CoreToggle,
      ],
    };
  }
}
