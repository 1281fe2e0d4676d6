export { CatalogEntries } from './catalog/catalog-entries.repository.js';
export type { CatalogEntry } from './catalog/catalog-entry.js';
export { CatalogEntryEntity } from './catalog/catalog-entry.entity.js';
export { CatalogLookup, type MeantPackage } from './catalog/catalog-lookup.js';
export { CatalogSourceEntity } from './catalog/catalog-source.entity.js';
export { SearchIndex } from './catalog/search/search-index.repository.js';
export { RegistryModule } from './registry.module.js';
