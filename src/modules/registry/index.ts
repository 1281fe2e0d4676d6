export { AgentEntity } from './agents/agent.entity.js';
export { AgentPluginEntity } from './agents/agent-plugin.entity.js';
export { RegistrationEntity } from './agents/registration.entity.js';
export { CatalogEntries } from './catalog/catalog-entries.repository.js';
export type { CatalogEntry } from './catalog/catalog-entry.js';
export { PublishedArtifactEntity } from './artifacts/published-artifact.entity.js';
export {
  type PublishedArtifact,
  PublishedArtifacts,
  type Standing,
} from './artifacts/published-artifacts.js';
export { CatalogEntryEntity } from './catalog/catalog-entry.entity.js';
export { CatalogLookup, type MeantPackage, type NoPackage } from './catalog/catalog-lookup.js';
export { CatalogSourceEntity } from './catalog/catalog-source.entity.js';
export { SearchIndex } from './catalog/search/search-index.repository.js';
export { RegistryModule } from './registry.module.js';
