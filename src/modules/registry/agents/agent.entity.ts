import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A server or agent that reports here, as it last described itself. */
@Entity('agent')
export class AgentEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'agent_pk' })
  id: string;

  /** `id` without case; null where an older agent has the same, from before this was compared. */
  @Index('agent_folded_id', { unique: true })
  @Column({ name: 'folded_id', type: 'text', nullable: true })
  foldedId: string | null;

  /** What `id` looks like (platform/names.ts); null as above. */
  @Index('agent_skeleton', { unique: true })
  @Column({ type: 'text', nullable: true })
  skeleton: string | null;

  /** Who may report for it, as platform/http/ownership.ts writes it; null: nobody's yet. */
  @Index('agent_owner')
  @Column({ type: 'text', nullable: true })
  owner: string | null;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', nullable: true })
  endpoint: string | null;

  @Column({ type: 'text', nullable: true })
  uri: string | null;

  @Column({ type: 'text', nullable: true })
  version: string | null;

  /** Milliseconds from one heartbeat to the next, as the agent told. */
  @Column({ name: 'heartbeat_interval', type: 'integer' })
  heartbeatInterval: number;

  @Column({ name: 'plugin_count', type: 'integer' })
  pluginCount: number;

  /** Digest of all that the agent told: see agent-state.ts. */
  @Column({ type: 'text' })
  digest: string;

  /** No index may hold this column: heartbeats could no longer rewrite rows in place. */
  @Column({ name: 'seen_at', type: 'timestamptz', default: () => 'now()' })
  seenAt: Date;

  @Column({ name: 'registered_at', type: 'timestamptz', default: () => 'now()' })
  registeredAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}
