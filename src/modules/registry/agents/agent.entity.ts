import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A server or agent that reports here, as it last described itself. */
@Entity('agent')
export class AgentEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'agent_pk' })
  id: string;

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
