export { CatalogEntryEntity } from './catalog/catalog-entry.entity.js';
export { CatalogSourceEntity } from './catalog/catalog-source.entity.js';
export { RegistryModule } from './registry.module.js';
