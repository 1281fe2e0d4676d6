import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import { TokenRevocationEntity } from './token-revocation.entity.js';

/** A row goes this long after its token has expired: clocks differ. */
const KEPT_MINUTES = 60;

/** Owns the table of JWTs that are accepted no more. */
@Injectable()
export class TokenRevocationRepository {
  constructor(private readonly dataSource: DataSource) {}

  async has(jti: string): Promise<boolean> {
    return this.dataSource.getRepository(TokenRevocationEntity).existsBy({ jti });
  }

  find(tx: Tx, jti: string): Promise<TokenRevocationEntity | null> {
    return tx.findOneBy(TokenRevocationEntity, { jti });
  }

  /** Newest first. */
  list(): Promise<TokenRevocationEntity[]> {
    return this.dataSource
      .getRepository(TokenRevocationEntity)
      .find({ order: { revokedAt: 'DESC', jti: 'ASC' } });
  }

  /** @returns false when the token was revoked already */
  async insert(tx: Tx, { jti, subject, expiresAt, revokedAt }: TokenRevocationEntity): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `insert into token_revocation (jti, subject, expires_at, revoked_at) values ($1, $2, $3, $4)
       on conflict (jti) do nothing returning jti`,
      [jti, subject, expiresAt, revokedAt],
    );
    return rows.length === 1;
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query(
      'delete from token_revocation where expires_at < now() - make_interval(mins => $1)',
      [KEPT_MINUTES],
    );
  }
}
