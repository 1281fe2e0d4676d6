import type { Response } from 'express';
import type { AppRequest } from './request.js';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** What a script may send beside the headers that browsers always let it send. */
const SENT = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'If-Range',
  'Last-Event-ID',
  'Prefer',
  'Range',
  'X-Api-Key',
  'X-Bf-Vk',
  'X-Milady-Client-Id',
  'X-Milady-Token',
  'X-Request-Id',
].join(', ');
/** What a script may read beside the headers that browsers always let it read. */
const READ = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'Digest',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');
/** How long a browser may remember the response to a preflight request, in seconds. */
const MAX_AGE_S = '600';

/**
 * Lets scripts of listed web origins call the API (CORS). Callers are known by the tokens that they send and never by
 * cookies, so credentials of the browser are not permitted.
 */
export class CrossOriginAccess {
  private readonly origins: ReadonlySet<string>;

  /** @param origins as browsers send them; empty: no script of another origin may call */
  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  /** Headers of any response to the request: name, value, name, value … */
  headersFor({ headers: { origin } }: AppRequest): string[] {
    if (this.origins.size === 0) return [];
    if (origin === undefined || !this.origins.has(origin)) return ['Vary', 'Origin'];
    const readable = ['Access-Control-Expose-Headers', READ];
    return ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin, ...readable];
  }

  /** Answers the question of a browser whether a script may send a request. @returns whether it was that */
  answersPreflight({ method, headers }: AppRequest, response: Response): boolean {
    const { origin, 'access-control-request-method': wanted } = headers;
    if (method !== 'OPTIONS' || wanted === undefined || !this.origins.has(origin ?? '')) return false;
    response.writeHead(204, {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': SENT,
      'Access-Control-Max-Age': MAX_AGE_S,
    });
    response.end();
    return true;
  }
}
