import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

/** A file that the fleet keeps for servers that lack it, by the digest of its content. */
@Entity('shared_file')
export class SharedFileEntity {
  /** 64 lower-case hexadecimal digits. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'shared_file_pk' })
  sha256: string;

  @Column({ type: 'bigint' })
  bytes: string;

  /** About when a server last had a use for it. */
  @Index('shared_file_used_at')
  @Column({ name: 'used_at', type: 'timestamptz', default: () => 'now()' })
  usedAt: Date;
}

/** A piece of it. */
@Entity('shared_file_chunk')
export class SharedFileChunkEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'shared_file_chunk_pk' })
  sha256: string;

  @ManyToOne(() => SharedFileEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'sha256', foreignKeyConstraintName: 'shared_file_chunk_file_fk' })
  file?: SharedFileEntity;

  /** 0 for the first. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'shared_file_chunk_pk' })
  place: number;

  @Column({ type: 'bytea' })
  content: Buffer;
}
