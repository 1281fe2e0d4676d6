import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { GrantedScope } from '../../platform/http/scopes.js';

@Entity('virtual_key')
@Index('virtual_key_name', ['name'], { unique: true, where: 'revoked_at is null' })
export class VirtualKeyEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'virtual_key_pk' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  /** First characters of the key, to tell keys apart by eye. */
  @Column({ type: 'text' })
  prefix: string;

  /** SHA-256 of the whole key, hex. The key itself is random enough to need no slow hash. */
  @Index('virtual_key_hash', { unique: true })
  @Column({ type: 'text' })
  hash: string;

  @Column({ type: 'text', array: true })
  scopes: GrantedScope[];

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
