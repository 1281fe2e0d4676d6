import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What one caller has left of one quota, all servers together. */
@Entity('rate_limit')
export class RateLimitEntity {
  /** Name of the quota, then the caller. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'rate_limit_pk' })
  key: string;

  /** How much was left at `at`; below zero when the servers let more through than they should have. */
  @Column({ type: 'double precision' })
  level: number;

  @Index('rate_limit_at')
  @Column({ type: 'timestamptz' })
  at: Date;
}
