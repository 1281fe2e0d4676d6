import { type DynamicModule, Module } from '@nestjs/common';
import { AgentsModule } from './agents/agents.module.js';
import { ArtifactsModule } from './artifacts/artifacts.module.js';
import { CatalogModule } from './catalog/catalog.module.js';

/** The place to find plugins, to publish them, and to see who runs which. */
@Module({})
export class RegistryModule {
  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    const catalog = CatalogModule.of(plugins);
    const parts = [catalog, ArtifactsModule.of([plugins, catalog]), AgentsModule.of(plugins)];
    return { module: RegistryModule, imports: parts, exports: parts };
  }
}
