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

  /** Made anew with each claim: whoever was overtaken is not let write under it. */
  @Column({ type: 'uuid' })
  claim: string;

  /** The server that works on the first request; null when it does no more. */
  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId: string | null;

  /** When that server was started: it does not come back to a request after a restart. */
  @Column({ name: 'node_started_at', type: 'timestamptz', nullable: true })
  nodeStartedAt: Date | null;

  /** The first change that was made, written in the transaction that makes it. */
  @Column({ type: 'text', nullable: true })
  work: string | null;

  @Index('idempotency_created_at')
  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
