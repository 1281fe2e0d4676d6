import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A JWT that is accepted no more. */
@Entity('token_revocation')
export class TokenRevocationEntity {
  /** The `jti` of the token; where it has none, a digest of its claims. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'token_revocation_pk' })
  jti: string;

  /** Whose token it is; null where only its `jti` was given. */
  @Column({ type: 'text', nullable: true })
  subject: string | null;

  /** When the token ends by itself, and the row with it; null where that is not known. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', default: () => 'now()' })
  revokedAt: Date;
}
