import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { JWTPayload } from 'jose';
import type { Logger } from 'pino';
import { Unauthorized } from '../../platform/http/errors.js';
import type { Config } from '../../config.js';
import { CONFIG, LOG } from '../../platform/tokens.js';
import { VIRTUAL_KEY } from './token-keys.js';
import { OWN_NAME } from '../../platform/own-tokens.js';
import { TokenRevocationRepository } from './token-revocation.repository.js';
import type { Verified } from './token-cache.js';
import { OWN_SCOPES, type ScopeRule, scopesOf } from './token-scopes.js';
import type { VirtualKeyEntity } from './virtual-key.entity.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';

export const KEY_PREFIX = 'sk-bf-';
/** Longest `jti` that is taken as it is, in characters. */
export const MAX_JTI = 200;
const TOUCH_EVERY_MS = 60_000;

/** Turns a virtual key, or the claims of a checked JWT, into who is calling. */
@Injectable()
export class Authenticator {
  private readonly touched = new Map<string, number>();
  private readonly providerScopes: ScopeRule;

  constructor(
    private readonly keys: VirtualKeyRepository,
    private readonly revoked: TokenRevocationRepository,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CONFIG) { JWT_SCOPE_CLAIMS, JWT_SCOPE_MAP }: Config,
  ) {
    this.providerScopes = { claims: JWT_SCOPE_CLAIMS, map: JWT_SCOPE_MAP };
  }

  async fromVirtualKey(key: string): Promise<Verified> {
    const row = await this.keys.findByHash(hashKey(key));
    if (!row) throw new Unauthorized('token_invalid', 'This virtual key is not known here.');
    return verifiedKey(row, undefined);
  }

  /** @param claims of a JWT that is signed and current, and so has an `exp` */
  async fromClaims(claims: JWTPayload): Promise<Verified> {
    const jti = tokenId(claims);
    if (await this.revoked.has(jti))
      throw new Unauthorized('token_revoked', 'This token has been revoked.', 'Authorization');
    const expiresAt = (claims.exp ?? 0) * 1000;
    if (claims.typ === VIRTUAL_KEY) return this.fromKeyClaims(claims, jti, expiresAt);
    const scopes = scopesOf(claims, claims.iss === OWN_NAME ? OWN_SCOPES : this.providerScopes);
    // Tokens that name nobody are not one caller: each stands for itself.
    const id = claims.sub ?? `unnamed ${digestOf(claims)}`;
    const name = typeof claims.name === 'string' ? claims.name : (claims.sub ?? 'unnamed');
    const kind = scopes.has('admin') ? 'admin' : 'jwt';
    return { actor: { kind, id, name, scopes, jti, expiresAt }, keyId: null };
  }

  private async fromKeyClaims(claims: JWTPayload, jti: string, expiresAt: number): Promise<Verified> {
    const row = claims.sub === undefined ? null : await this.keys.findById(claims.sub);
    if (!row || claims.kv !== keyVersion(row))
      throw new Unauthorized('token_revoked', 'The virtual key behind this token was replaced or removed.');
    const { actor, keyId } = verifiedKey(row, expiresAt);
    return { actor: { ...actor, jti }, keyId };
  }

  /** Notes that a key is in use, at most once a minute; a failure to note it fails nothing else. */
  touch(keyId: string): void {
    const now = Date.now();
    if (now - (this.touched.get(keyId) ?? 0) < TOUCH_EVERY_MS) return;
    this.touched.set(keyId, now);
    this.keys.touch(keyId).catch((error: unknown) => {
      this.log.debug({ err: error, keyId }, 'last use of a key not noted');
    });
  }
}

/** What a JWT is revoked by: its `jti`, else a digest of its claims. */
export function tokenId(claims: JWTPayload): string {
  const { jti } = claims;
  return typeof jti === 'string' && jti !== '' && jti.length <= MAX_JTI ? jti : `sha256:${digestOf(claims)}`;
}

function digestOf(claims: JWTPayload): string {
  return createHash('sha256').update(JSON.stringify(claims)).digest('hex').slice(0, 32);
}

/** What is stored of a virtual key. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Changes when the key is rotated, so that tokens made from the old one end with it. */
export function keyVersion(row: Pick<VirtualKeyEntity, 'hash'>): string {
  return row.hash.slice(0, 12);
}

function verifiedKey(row: VirtualKeyEntity, tokenExpiresAt?: number): Verified {
  if (row.revokedAt) throw new Unauthorized('token_revoked', 'This virtual key has been revoked.');
  const expiresAt = Math.min(tokenExpiresAt ?? Infinity, row.expiresAt?.getTime() ?? Infinity);
  if (expiresAt <= Date.now()) throw new Unauthorized('token_expired', 'This virtual key has expired.');
  const { id, name } = row;
  const ends = Number.isFinite(expiresAt) && { expiresAt };
  return { actor: { kind: 'virtual_key', id, name, scopes: new Set(row.scopes), ...ends }, keyId: id };
}
