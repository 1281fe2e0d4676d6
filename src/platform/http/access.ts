import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import { ApiFailures } from './api-failures.js';
import type { BindableScope, Scope } from './scopes.js';

const ACCESS = Symbol('access');
/** A scope that the caller must hold; `forSome`: for some name will do, the service compares the name itself. */
export interface ScopeAccess {
  scope: Scope;
  forSome: boolean;
}
/** What the guard reads: a scope that the caller must hold, any good token, or open to everyone. */
export type Access = ScopeAccess | 'signed-in' | 'public';

/** Who may call a controller's method; undefined where it does not say. */
export function accessOf(handler: object): Access | undefined {
  return Reflect.getMetadata(ACCESS, handler) as Access | undefined;
}

/** What telling who calls can fail for. */
const SIGN_IN = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'token_revoked',
  'database_unavailable',
  'jwks_unavailable',
  'rate_limited',
  'overloaded',
] as const;

/** Says who may call, to the guard and to the document. A route without it or `@Public()` is closed. */
export function Require(scope: Scope): MethodDecorator {
  return requiring({ scope, forSome: false });
}

/**
 * The same, also for tokens that hold the scope for some names alone (`registry:publish:@acme/*`). The service behind
 * the route compares the name (`assertNamed`).
 */
export function RequireForName(scope: BindableScope): MethodDecorator {
  return applyDecorators(
    requiring({ scope, forSome: true }),
    ApiExtension('x-scope-bound-to-names', true),
    ApiFailures('not_owner'),
  );
}

function requiring(access: ScopeAccess): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, access satisfies Access),
    ApiBearerAuth('bearer'),
    ApiExtension('x-required-scope', access.scope),
    ApiFailures(...SIGN_IN, 'scope_missing'),
  );
}

/** Any good token will do, whatever its scopes. */
export function SignedIn(): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, 'signed-in' satisfies Access),
    ApiBearerAuth('bearer'),
    ApiFailures(...SIGN_IN),
  );
}

/** Opens a route to callers without a token. */
export function Public(): MethodDecorator {
  return applyDecorators(SetMetadata(ACCESS, 'public' satisfies Access), ApiExtension('x-public', true));
}
