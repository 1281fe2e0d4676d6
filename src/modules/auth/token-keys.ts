import type { KeyObject } from 'node:crypto';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { Unavailable } from '../../platform/http/errors.js';
import { importSecret, OWN_NAME, signOwnToken } from '../../platform/own-tokens.js';

/** How far the clock of whoever signs tokens may be ahead of ours, and how late they may come to us after their end. */
const [AHEAD_S, LATE_S] = [60, 5];
/** A key id that is not known makes us ask the provider again, no more often than this. */
const REFETCH_MS = 5_000;

export interface TokenKeysOptions {
  /** Secret of the HS256 tokens that this server signs. */
  secret: string;
  /** Who else signs tokens with the secret, and what they call this server. */
  issuer?: string;
  audience?: string;
  /** Where tokens of an identity provider come from; then only that provider can make admin tokens. */
  provider?: { jwksUrl: string; algorithm: string; issuer: string; audience: string };
  /** Fetches the provider's keys; fails with an AppError when they cannot be had. */
  fetch?: (url: string) => Promise<Response>;
}

/**
 * Signs and checks JWTs. Keys are imported once, not on every request.
 * Algorithm, issuer and audience come from the configuration, never from the token.
 */
export class TokenKeys {
  private readonly local: KeyObject;
  private readonly remote: JWTVerifyGetKey | null;

  constructor(private readonly options: TokenKeysOptions) {
    this.local = importSecret(options.secret);
    this.remote = options.provider
      ? createRemoteJWKSet(new URL(options.provider.jwksUrl), {
          cooldownDuration: REFETCH_MS,
          ...(options.fetch && { [customFetch]: options.fetch }),
        })
      : null;
  }

  /** Signs an HS256 token; `seconds` from now until it expires. */
  sign(claims: JWTPayload, seconds: number): Promise<string> {
    return signOwnToken(this.local, claims, seconds);
  }

  /**
   * @returns the claims of a token that is signed, current and meant for us
   * @throws jose's JOSEError with the cause; Unavailable `jwks_unavailable`
   */
  async verify(token: string): Promise<JWTPayload> {
    const { provider } = this.options;
    if (!this.remote || !provider) return this.verifyLocal(token);
    const own = await this.verifyVirtualKeyToken(token);
    if (own) return own;
    const { payload } = await jwtVerify(token, this.remote, {
      algorithms: [provider.algorithm],
      issuer: provider.issuer,
      audience: provider.audience,
      clockTolerance: AHEAD_S,
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw isKeySetFailure(error) ? keysUnavailable(error) : error;
    });
    assertNotEnded(payload);
    if (payload.typ === VIRTUAL_KEY) throw new errors.JWTInvalid('only this server makes such tokens');
    return payload;
  }

  /**
   * Beside a provider's tokens only those are ours that stand for a virtual key. They are tried first, so that
   * they work while the provider is away.
   */
  private async verifyVirtualKeyToken(token: string): Promise<JWTPayload | null> {
    try {
      const payload = await this.verifyLocal(token);
      return payload.typ === VIRTUAL_KEY ? payload : null;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw error;
      return null;
    }
  }

  /** A token that is signed with the secret need not name issuer and audience, but must not name strange ones. */
  private async verifyLocal(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.options;
    const { payload } = await jwtVerify(token, this.local, {
      algorithms: ['HS256'],
      clockTolerance: AHEAD_S,
      requiredClaims: ['exp'],
    });
    assertNotEnded(payload);
    mustName(payload, 'iss', [OWN_NAME, issuer]);
    mustName(payload, 'aud', [OWN_NAME, audience]);
    return payload;
  }
}

/** What jose tolerates of a clock that is ahead, it tolerates of a token's end too. @throws JWTExpired */
function assertNotEnded(payload: JWTPayload): void {
  if ((payload.exp ?? 0) > Date.now() / 1000 - LATE_S) return;
  throw new errors.JWTExpired('"exp" claim timestamp check failed', payload, 'exp', 'check_failed');
}

/** @throws JWTClaimValidationFailed where the claim is there and names none of `accepted` */
function mustName(payload: JWTPayload, claim: 'iss' | 'aud', accepted: (string | undefined)[]): void {
  const named = payload[claim];
  if (named === undefined || [named].flat().some((name) => accepted.includes(name))) return;
  throw new errors.JWTClaimValidationFailed(`unexpected "${claim}"`, payload, claim, 'check_failed');
}

/** `typ` claim of a token that stands for a virtual key. */
export const VIRTUAL_KEY = 'virtual_key';

/** Of jose's errors those that speak of the key set and not of the token. The bare one is a bad answer. */
function isKeySetFailure(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'].includes(error.code);
}

/** The keys that tokens are checked with cannot be had, so nothing is known of the token. */
export function keysUnavailable(cause: unknown): Unavailable {
  return new Unavailable(
    'jwks_unavailable',
    'The keys that tokens are checked with (JWT_JWKS_URL) cannot be had just now. Virtual keys still work.',
    '',
    [],
    { cause },
  );
}
