import { type DynamicModule, Module } from '@nestjs/common';
import { CatalogEntries } from './catalog-entries.repository.js';

/** Where plugins are found: catalogues from elsewhere and what is published here, in one list. */
@Module({})
export class CatalogModule {
  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return {
      module: CatalogModule,
      imports: [plugins],
      providers: [CatalogEntries],
      exports: [CatalogEntries],
    };
  }
}
