import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { errors as jose } from 'jose';
import { type Access, accessOf } from '../../platform/http/access.js';
import { isDatabaseAway } from '../../platform/database/database-away.js';
import { AppError, Forbidden, Unauthorized } from '../../platform/http/errors.js';
import type { CommonAnswer } from '../../platform/http/common-headers.js';
import { RateLimits } from '../../platform/http/limits/rate-limits.service.js';
import { ReadyRoutes } from '../../platform/http/ready-routes.js';
import type { AppRequest } from '../../platform/http/request.js';
import { allows, holdsForSome } from '../../platform/http/scopes.js';
import { Authenticator, KEY_PREFIX } from './authenticator.js';
import { TokenCache, type Verified } from './token-cache.js';
import { tokenOf } from './token-of.js';

/** Stands before every route: closed unless the route says who may call, and the caller is that. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  constructor(
    private readonly cache: TokenCache,
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    ready: ReadyRoutes,
  ) {
    super({ session: false, property: 'verified' });
    ready.admitKnown = this.admitKnown.bind(this);
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const handler = context.getHandler();
    const request = context.switchToHttp().getRequest<AppRequest>();
    request.operationId = handler.name;
    const access = accessOf(handler);
    if (access === 'public') return true;
    if (access === undefined) throw new Forbidden('scope_missing', 'This route is closed.');
    const token = tokenOf(request);
    if (token === null)
      throw new Unauthorized(
        'token_missing',
        'Send a token: Authorization: Bearer <admin JWT, virtual-key JWT or sk-bf- key>. `npm run --silent token` prints an admin JWT.',
        'Authorization',
      );
    const cached = this.cache.get(token, request.socket);
    const admit = (verified: Verified): boolean =>
      this.admit(request, context.switchToHttp().getResponse(), verified, access);
    if (cached) return admit(cached);
    const check = (): Promise<Verified> => this.check(context, request, token);
    return this.cache.remember(token, () => this.limits.guardCheck(request, check)).then(admit);
  }

  private admitKnown(request: AppRequest, response: CommonAnswer, access: Access): boolean {
    if (access === 'public') return true;
    const token = tokenOf(request);
    const known = token === null ? null : this.cache.get(token, request.socket);
    return known !== null && this.admit(request, response, known, access);
  }

  private async check(context: ExecutionContext, request: AppRequest, token: string): Promise<Verified> {
    if (token.startsWith(KEY_PREFIX)) return this.authenticator.fromVirtualKey(token);
    await super.canActivate(context);
    return (request as AppRequest & { verified: Verified }).verified;
  }

  private admit(
    request: AppRequest,
    response: CommonAnswer,
    { actor, keyId }: Verified,
    access: Exclude<Access, 'public'>,
  ): boolean {
    this.limits.countToken(actor.id, request, response);
    request.actor = actor;
    if (keyId !== null) this.authenticator.touch(keyId);
    if (access === 'signed-in') return true;
    const { scope, forSome } = access;
    if (forSome ? holdsForSome(actor.scopes, scope) : allows(actor.scopes, scope)) return true;
    throw new Forbidden('scope_missing', `This token lacks the scope ${scope}.`, scope);
  }

  override handleRequest<TUser = Verified>(error: unknown, user: TUser | false, info: unknown): TUser {
    const cause = error ?? info;
    if (cause instanceof AppError || isDatabaseAway(cause)) throw cause;
    if (user) return user;
    if (cause instanceof jose.JWTExpired)
      throw new Unauthorized('token_expired', 'The token has expired.', 'Authorization');
    if (cause instanceof jose.JWTClaimValidationFailed)
      throw new Unauthorized('token_invalid', claimRefused(cause), 'Authorization');
    if (cause instanceof Error && !(cause instanceof jose.JOSEError || cause instanceof TypeError))
      throw cause;
    throw new Unauthorized(
      'token_invalid',
      'The token is not one that this server accepts.',
      'Authorization',
    );
  }
}

/** What is wrong with a claim of a token whose signature is right, and what would be right. */
function claimRefused({ claim, reason }: jose.JWTClaimValidationFailed): string {
  if (claim === 'exp' && reason === 'missing')
    return 'The token never expires. Sign it with an `exp` claim: seconds since 1970, such as an hour from now.';
  if (claim === 'iss')
    return 'The token names an issuer (`iss`) that is not accepted here: see the setting JWT_ISSUER.';
  if (claim === 'aud')
    return 'The token is meant for another audience (`aud`) than this server: see the setting JWT_AUDIENCE.';
  if (claim === 'nbf') return 'The token is not good yet: its `nbf` claim lies in the future.';
  return `The token has a \`${claim}\` claim that is not accepted.`;
}
