import { Injectable } from '@nestjs/common';
import { errors as jose, type JWTPayload } from 'jose';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { Transactions } from '../../platform/database/transaction.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { BadRequest, Forbidden } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { RevokedTokenDto, RevokedTokenListDto, RevokeTokenDto } from './auth.dto.js';
import { tokenId } from './authenticator.js';
import { TokenCache } from './token-cache.js';
import { TokenKeys } from './token-keys.js';
import type { TokenRevocationEntity } from './token-revocation.entity.js';
import { TokenRevocationRepository } from './token-revocation.repository.js';

/** Revokes JWTs before they expire, on every server at once. */
@Injectable()
export class TokenRevocations {
  constructor(
    private readonly revoked: TokenRevocationRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
    private readonly keys: TokenKeys,
    private readonly cache: TokenCache,
  ) {}

  /**
   * Revokes a token. Whoever holds the token itself may give up what it may do; with nothing but its `jti` nobody can
   * see what that is, so it takes an admin.
   * @throws BadRequest, Forbidden `scope_missing`
   */
  async revoke(context: RequestContext, dto: RevokeTokenDto): Promise<RevokedTokenDto> {
    const row = await this.rowOf(context, dto);
    const kept = await this.transactions.run(async (tx) => {
      if (!(await this.revoked.insert(tx, row))) return this.revoked.find(tx, row.jti);
      const { jti: targetId } = row;
      const after = present(row);
      await this.audit.record(tx, context, { action: 'token.revoke', targetType: 'token', targetId, after });
      await this.bus.publish(tx, 'token.revoked', { jti: targetId });
      return row;
    });
    this.cache.forgetToken(row.jti);
    return present(kept ?? row);
  }

  async list(): Promise<RevokedTokenListDto> {
    const tokens = (await this.revoked.list()).map(present);
    return { tokens, count: tokens.length };
  }

  private async rowOf(
    { actor }: RequestContext,
    { jti, token }: RevokeTokenDto,
  ): Promise<TokenRevocationEntity> {
    const revokedAt = new Date();
    if ((jti === undefined) === (token === undefined))
      throw new BadRequest('field_invalid', 'Give either the token or its jti.', 'token');
    if (token !== undefined) {
      const claims = await this.verified(token);
      const expiresAt = claims.exp === undefined ? null : new Date(claims.exp * 1000);
      return { jti: tokenId(claims), subject: claims.sub ?? null, expiresAt, revokedAt };
    }
    if (!actor.scopes.has('admin'))
      throw new Forbidden(
        'scope_missing',
        'To revoke a token by its jti alone takes the scope admin: send the token itself.',
        'admin',
      );
    return { jti: jti ?? '', subject: null, expiresAt: null, revokedAt };
  }

  private async verified(token: string): Promise<JWTPayload> {
    try {
      return await this.keys.verify(token);
    } catch (error) {
      if (!(error instanceof jose.JOSEError || error instanceof TypeError)) throw error;
      throw new BadRequest(
        'field_invalid',
        'token is no JWT that this server accepts, or has expired, so there is nothing to revoke. Virtual keys (sk-bf-) are revoked with DELETE /api/auth/virtual-keys/{id}.',
        'token',
      );
    }
  }
}

function present({ jti, subject, expiresAt, revokedAt }: TokenRevocationEntity): RevokedTokenDto {
  return {
    jti,
    subject,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt.toISOString(),
  };
}
