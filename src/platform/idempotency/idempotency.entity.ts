import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('idempotency')
export class IdempotencyEntity {
  /** SHA-256 over caller, route and key. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotency_pk' })
  id: string;

  /** SHA-256 over the body: the same key with another body is a mistake of the caller. */
  @Column({ name: 'request_hash', type: 'text' })
  requestHash: string;

  /** The sealed answer; null while the first request is still being worked on. */
  @Column({ type: 'text', nullable: true })
  answer: string | null;

  @Index('idempotency_created_at')
  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
