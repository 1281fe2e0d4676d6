import { type DynamicModule, Module } from '@nestjs/common';
import { CatalogEntries } from './catalog-entries.repository.js';
import { CatalogSearchController } from './search/catalog-search.controller.js';
import { CatalogSearchRepository } from './search/catalog-search.repository.js';
import { CatalogSearch } from './search/catalog-search.service.js';
import { SearchIndex } from './search/search-index.repository.js';
import { SearchWords } from './search/search-words.repository.js';

/** Where plugins are found: catalogues from elsewhere and what is published here, in one list. */
@Module({})
export class CatalogModule {
  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return {
      module: CatalogModule,
      imports: [plugins],
      controllers: [CatalogSearchController],
      providers: [CatalogEntries, CatalogSearch, CatalogSearchRepository, SearchIndex, SearchWords],
      exports: [CatalogEntries],
    };
  }
}
