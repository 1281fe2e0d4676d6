import { type DynamicModule, Module } from '@nestjs/common';
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

/** Where plugins are found: catalogues from elsewhere and what is published here, in one list. */
@Module({})
export class CatalogModule {
  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return {
      module: CatalogModule,
      imports: [plugins],
      controllers: [CatalogController],
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
        CatalogStaging,
        PluginPresence,
        RefreshRecords,
        SourceRefresh,
        SourceRemoval,
      ],
      exports: [CatalogEntries, CatalogLookup],
    };
  }
}
