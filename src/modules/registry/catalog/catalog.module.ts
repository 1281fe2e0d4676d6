import { type DynamicModule, Module } from '@nestjs/common';
import { ProtectedNames } from '../../plugins/index.js';
import { CatalogClient } from './catalog.client.js';
import { CatalogController } from './catalog.controller.js';
import { CatalogEntries } from './catalog-entries.repository.js';
import { CatalogList } from './catalog-list.js';
import { CatalogLookup } from './catalog-lookup.js';
import { CatalogReads } from './catalog-reads.repository.js';
import { CatalogRefreshJob } from './catalog-refresh.job.js';
import { CatalogRefresh } from './catalog-refresh.service.js';
import { CatalogService } from './catalog.service.js';
import { CatalogSources } from './catalog-sources.repository.js';
import { CatalogStaging } from './catalog-staging.repository.js';
import { PluginPresence } from './plugin-presence.js';
import { RefreshRecords } from './refresh-records.js';
import { SourceRefresh } from './source-refresh.service.js';
import { SourceRemoval } from './source-removal.js';
import { CatalogSearchController } from './search/catalog-search.controller.js';
import { CatalogSearchRepository } from './search/catalog-search.repository.js';
import { CatalogSearch } from './search/catalog-search.service.js';
import { SearchIndex } from './search/search-index.repository.js';
import { SearchWords } from './search/search-words.repository.js';

/** Where plugins are found: catalogues from elsewhere and what is published here, in one list. */
@Module({})
export class CatalogModule {
  constructor(names: ProtectedNames, lookup: CatalogLookup) {
    names.define(async (name) => {
      const listed = await lookup.listedPackage(name);
      return listed === null ? null : `the npm package "${listed}", which a catalog lists`;
    });
  }

  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return {
      module: CatalogModule,
      imports: [plugins],
      controllers: [CatalogController, CatalogSearchController],
      providers: [
        CatalogClient,
        CatalogEntries,
        CatalogList,
        CatalogLookup,
        CatalogReads,
        CatalogRefresh,
        CatalogRefreshJob,
        CatalogService,
        CatalogSources,
        CatalogSearch,
        CatalogSearchRepository,
        CatalogStaging,
        PluginPresence,
        RefreshRecords,
        SearchIndex,
        SearchWords,
        SourceRefresh,
        SourceRemoval,
      ],
      exports: [CatalogEntries, CatalogLookup],
    };
  }
}
