export { AgentEntity } from './agents/agent.entity.js';
export { AgentPluginEntity } from './agents/agent-plugin.entity.js';
export { RegistrationEntity } from './agents/registration.entity.js';
export { CatalogEntryEntity } from './catalog/catalog-entry.entity.js';
export { CatalogSourceEntity } from './catalog/catalog-source.entity.js';
export { RegistryModule } from './registry.module.js';
