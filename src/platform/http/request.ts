import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Bucket } from './limits/bucket.js';
import type { GrantedScope } from './scopes.js';

/** Who is calling. `id` is the token's subject or the virtual key's id. */
export interface Actor {
  kind: 'admin' | 'jwt' | 'virtual_key' | 'system';
  id: string;
  name: string;
  scopes: ReadonlySet<GrantedScope>;
  /** The `jti` of the JWT, or what stands for it; none where it is a virtual key itself. */
  jti?: string;
  /** When the token expires, in milliseconds since 1970; none: never. */
  expiresAt?: number;
}

/** A request with an `Idempotency-Key` that is ours to carry out. */
export interface Claim {
  /** Of the caller, the route and the key. */
  id: string;
  claim: string;
}

/** What a service needs to know about the request it works for; handed down explicitly. */
export interface RequestContext {
  requestId: string;
  actor: Actor;
  claim?: Claim;
}

/** The request as the platform decorates it on its way to a controller. */
export interface AppRequest extends Request {
  requestId?: string;
  operationId?: string;
  actor?: Actor;
  /** What is left to the address that the request comes from, where that is limited. */
  addressBucket?: Bucket;
  claim?: Claim;
}

/** Path and query of a request's address; the query begins with the first `?`, or is empty. */
export function partsOf(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}

const NOBODY: Actor = { kind: 'system', id: 'anonymous', name: 'anonymous', scopes: new Set() };

/** Who acts when no request does: start-up, the reconciler. */
export const SYSTEM: RequestContext = {
  requestId: 'system',
  actor: { kind: 'system', id: 'system', name: 'system', scopes: new Set() },
};

export function contextOf(request: AppRequest): RequestContext {
  const { requestId = '', actor = NOBODY, claim } = request;
  return { requestId, actor, ...(claim && { claim }) };
}

/** Controller parameter: the caller and the request id. */
export const Context = createParamDecorator((_: unknown, context: ExecutionContext) =>
  contextOf(context.switchToHttp().getRequest<AppRequest>()),
);
