import { createHash } from 'node:crypto';
import type { PublishedArtifactDto } from './artifact.dto.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';

/** The id of a version: the same on every server that it is published on. */
export function artifactId(name: string, version: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([name, version]))
    .digest('hex');
  return `plugin-${digest.slice(0, 32)}`;
}

/** A version as it is answered. */
export function present(row: PublishedArtifactEntity): PublishedArtifactDto {
  const { id, name, version, pluginType, artifactUrl, checksum, configSchema, pluginRuntime } = row;
  const { description, status, statusMessage, replacement, latest, verification, verificationCause, owner } =
    row;
  return {
    ...{ id, name, version, pluginType, artifactUrl, checksum, configSchema, pluginRuntime },
    registeredAt: row.registeredAt.toISOString(),
    ...{ verification, verificationCause, description, status, statusMessage, replacement, latest, owner },
    checkedAt: row.checkedAt?.toISOString() ?? null,
    bytes: row.bytes === null ? null : Number(row.bytes),
    updatedAt: row.updatedAt.toISOString(),
  };
}
