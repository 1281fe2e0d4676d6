import { TokenRevocationEntity, VirtualKeyEntity } from './modules/auth/index.js';
import {
  EjectedCopyEntity,
  InstalledVersionEntity,
  RetainedSettingsEntity,
} from './modules/installation/index.js';
import { PluginEntity, PluginExitEntity, PluginInstanceEntity } from './modules/plugins/index.js';
import {
  AgentEntity,
  AgentPluginEntity,
  CatalogEntryEntity,
  CatalogSourceEntity,
  PublishedArtifactEntity,
  RegistrationEntity,
} from './modules/registry/index.js';
import { AuditEntity } from './platform/audit/audit.entity.js';
import { SharedFileChunkEntity, SharedFileEntity } from './platform/artifacts/shared-file.entity.js';
import { EventEntity } from './platform/events/event.entity.js';
import { RateLimitEntity } from './platform/http/limits/rate-limit.entity.js';
import { IdempotencyEntity } from './platform/idempotency/idempotency.entity.js';
import { JobEntity } from './platform/jobs/job.entity.js';
import { NodeEntity } from './platform/nodes/node.entity.js';
import { ScheduledWorkEntity } from './platform/schedule/scheduled-work.entity.js';

/** Every table, for the DataSource and for the comparison of migrations with entities. */
export const ENTITIES = [
  AgentEntity,
  AgentPluginEntity,
  AuditEntity,
  CatalogEntryEntity,
  CatalogSourceEntity,
  EjectedCopyEntity,
  EventEntity,
  IdempotencyEntity,
  JobEntity,
  NodeEntity,
  InstalledVersionEntity,
  PluginEntity,
  PluginExitEntity,
  PluginInstanceEntity,
  PublishedArtifactEntity,
  RateLimitEntity,
  RegistrationEntity,
  RetainedSettingsEntity,
  ScheduledWorkEntity,
  SharedFileChunkEntity,
  SharedFileEntity,
  TokenRevocationEntity,
  VirtualKeyEntity,
];
