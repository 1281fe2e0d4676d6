import { createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import {
  createRemoteJWKSet,
  customFetch,
  type JWTPayload,
  jwtVerify,
  SignJWT,
  type JWTVerifyGetKey,
} from 'jose';

/** Issuer of the tokens that this server signs itself. */
const ISSUER = 'plugboard';
const CLOCK_TOLERANCE_S = 5;

export interface TokenKeysOptions {
  /** Secret of the HS256 tokens that this server signs. */
  secret: string;
  /** Where tokens of an identity provider come from; then only that provider can make admin tokens. */
  provider?: { jwksUrl: string; algorithm: string; issuer: string; audience: string };
  /** How the provider's keys are fetched. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Signs and checks JWTs. Keys are imported once (a string secret costs 338 µs a request, a KeyObject 7.5).
 * Algorithm, issuer and audience come from the configuration, never from the token.
 */
export class TokenKeys {
  private readonly local: KeyObject;
  private readonly remote: JWTVerifyGetKey | null;

  constructor(private readonly options: TokenKeysOptions) {
    this.local = createSecretKey(Buffer.from(options.secret, 'utf8'));
    this.remote = options.provider
      ? createRemoteJWKSet(new URL(options.provider.jwksUrl), {
          ...(options.fetch && { [customFetch]: options.fetch }),
        })
      : null;
  }

  /** Signs an HS256 token; `seconds` from now until it expires. */
  sign(claims: JWTPayload, seconds: number): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setJti(randomUUID())
      .setExpirationTime(`${seconds} s`)
      .sign(this.local);
  }

  /**
   * @returns the claims of a token that is signed, current and meant for us
   * @throws jose's JOSEError with the cause
   */
  async verify(token: string): Promise<JWTPayload> {
    const { provider } = this.options;
    if (!this.remote || !provider) return this.verifyLocal(token);
    try {
      const { payload } = await jwtVerify(token, this.remote, {
        algorithms: [provider.algorithm],
        issuer: provider.issuer,
        audience: provider.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      });
      return payload;
    } catch (error) {
      return this.verifyVirtualKeyToken(token, error);
    }
  }

  /** Beside a provider's tokens only those are ours that stand for a virtual key. */
  private async verifyVirtualKeyToken(token: string, cause: unknown): Promise<JWTPayload> {
    const payload = await this.verifyLocal(token).catch(() => null);
    if (payload?.typ === VIRTUAL_KEY) return payload;
    throw cause;
  }

  private async verifyLocal(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.local, {
      algorithms: ['HS256'],
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    return payload;
  }
}

/** `typ` claim of a token that stands for a virtual key. */
export const VIRTUAL_KEY = 'virtual_key';
