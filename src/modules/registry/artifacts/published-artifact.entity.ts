import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a published plugin is for. */
export const ARTIFACT_TYPES = ['log', 'metric', 'trace', 'agent', 'gateway'] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** What its publisher says of a version; a deleted one stays as a tombstone. */
export const ARTIFACT_STATUSES = ['active', 'deprecated', 'yanked', 'deleted'] as const;
export type ArtifactStatus = (typeof ARTIFACT_STATUSES)[number];

/** Whether the bytes behind the address are those that the checksum promises. */
export const VERIFICATIONS = ['pending', 'verified', 'mismatch', 'unreachable', 'unverifiable'] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** One version that was published here. Its content never changes; rows are never removed. */
@Entity('published_artifact')
@Index('published_artifact_version', ['name', 'version'], { unique: true })
export class PublishedArtifactEntity {
  /** Made from name and version. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'published_artifact_pk' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  /** Two names that fold to the same text cannot both be published. */
  @Index('published_artifact_folded_name')
  @Column({ name: 'folded_name', type: 'text' })
  foldedName: string;

  /** What the name looks like (platform/names.ts); those of two published names differ, but for ones older than this. */
  @Index('published_artifact_skeleton')
  @Column({ type: 'text' })
  skeleton: string;

  /** Who may change what is published under the name, as platform/http/ownership.ts writes it; null: nobody's yet. */
  @Column({ type: 'text', nullable: true })
  owner: string | null;

  /** Whether its publisher could have installed it too; else an npm package of the name makes it a question which is meant. */
  @Column({ type: 'boolean', default: false })
  vouched: boolean;

  @Column({ type: 'text' })
  version: string;

  /** Sorts as text, byte by byte, the way versions do. */
  @Column({ name: 'version_rank', type: 'text' })
  versionRank: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'plugin_type', type: 'text' })
  pluginType: ArtifactType;

  @Column({ name: 'plugin_runtime', type: 'text' })
  pluginRuntime: string;

  @Column({ name: 'artifact_url', type: 'text' })
  artifactUrl: string;

  /** As it was given: `sha256:` and up to 64 hex digits. */
  @Column({ type: 'text' })
  checksum: string;

  /** JSON text, as it was given. */
  @Column({ name: 'config_schema', type: 'text' })
  configSchema: string;

  @Column({ type: 'text', default: 'active' })
  status: ArtifactStatus;

  @Column({ name: 'status_message', type: 'text', nullable: true })
  statusMessage: string | null;

  /** What to use instead. */
  @Column({ type: 'text', nullable: true })
  replacement: string | null;

  /** Whether it is the version that its name stands for. */
  @Column({ type: 'boolean', default: false })
  latest: boolean;

  @Column({ type: 'text', default: 'pending' })
  verification: Verification;

  /** Why it is not verified, or could not be checked again. */
  @Column({ name: 'verification_cause', type: 'text', nullable: true })
  verificationCause: string | null;

  @Column({ name: 'checked_at', type: 'timestamptz', nullable: true })
  checkedAt: Date | null;

  /** When it is looked at again by itself; null: when someone asks. */
  @Index('published_artifact_check_after')
  @Column({ name: 'check_after', type: 'timestamptz', nullable: true })
  checkAfter: Date | null;

  /** Checks in a row that did not reach the artifact. */
  @Column({ type: 'integer', default: 0 })
  attempts: number;

  /** Size of the verified file. */
  @Column({ type: 'bigint', nullable: true })
  bytes: string | null;

  @Column({ name: 'registered_at', type: 'timestamptz', default: () => 'now()' })
  registeredAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}
