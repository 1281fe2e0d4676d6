import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** What this fleet is at another registry. One row: all replicas are one agent there. */
@Entity('registration')
@Check('registration_one_row', 'id')
export class RegistrationEntity {
  @PrimaryColumn({ type: 'boolean', default: true, primaryKeyConstraintName: 'registration_pk' })
  id: boolean;

  /** Made once, and kept from one registry to the next. */
  @Column({ name: 'agent_id', type: 'text' })
  agentId: string;

  /** Where it has registered; it counts for this address alone. */
  @Column({ name: 'registry_url', type: 'text', nullable: true })
  registryUrl: string | null;

  /** What was asked for over HTTP goes before the settings; null: the settings hold. */
  @Column({ type: 'text', nullable: true })
  name: string | null;

  @Column({ type: 'text', nullable: true })
  endpoint: string | null;

  @Column({ type: 'text', nullable: true })
  uri: string | null;

  @Column({ name: 'registered_at', type: 'timestamptz', nullable: true })
  registeredAt: Date | null;

  @Column({ name: 'synced_at', type: 'timestamptz', nullable: true })
  syncedAt: Date | null;

  /** Why the last try failed; null when it did not. */
  @Column({ type: 'text', nullable: true })
  error: string | null;
}
