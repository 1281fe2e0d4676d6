import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { ApiFailures } from './api-failures.js';
import type { Scope } from './scopes.js';

const ACCESS = Symbol('access');
/** What the guard reads: a scope that the caller must hold, any good token, or open to everyone. */
export type Access = Scope | 'signed-in' | 'public';

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
  return applyDecorators(
    SetMetadata(ACCESS, scope satisfies Access),
    ApiBearerAuth('bearer'),
    ApiSecurity('apiKey'),
    ApiExtension('x-required-scope', scope),
    ApiFailures(...SIGN_IN, 'scope_missing'),
  );
}

/** Any good token will do, whatever its scopes. */
export function SignedIn(): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, 'signed-in' satisfies Access),
    ApiBearerAuth('bearer'),
    ApiSecurity('apiKey'),
    ApiFailures(...SIGN_IN),
  );
}

/** Opens a route to callers without a token. */
export function Public(): MethodDecorator {
  return applyDecorators(SetMetadata(ACCESS, 'public' satisfies Access), ApiExtension('x-public', true));
}
