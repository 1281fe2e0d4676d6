import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.service.js';
import { type ErrorFilter, refuse } from './error.filter.js';
import { type AppError, BadRequest, TooManyRequests, Unavailable } from './errors.js';
import type { CrossOriginAccess } from './cors.js';
import type { Overload } from './limits/overload.js';
import type { RateLimits } from './limits/rate-limits.service.js';
import type { ReadyRoutes } from './ready-routes.js';
import type { AppRequest } from './request.js';

const USABLE_ID = /^[\w.:-]{8,128}$/;
const HEALTH = '/health/';
const STATIC_HEADERS = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-cache'];
/** In the counts and in the log: the client did not wait for an answer. */
const CLIENT_LEFT = 499;

interface Surroundings {
  log: Logger;
  metrics: Metrics;
  overload: Overload;
  limits: RateLimits;
  ready: ReadyRoutes;
  failures: ErrorFilter;
  origins: CrossOriginAccess;
}

/** An answer, with what is to be told when it is given. */
interface Answer extends Response {
  req: AppRequest;
  commonHeaders?: string[];
  started?: number;
}

/** Looks at a request before Express does. @returns whether it is answered */
export type Front = (request: AppRequest, response: Response) => boolean;

/**
 * Gives every request an id and the static security headers, counts it, and logs what was not just a read. Those
 * that are too many end here, where they cost least; they are counted, and told to the log in sum.
 */
export function requestFront(surroundings: Surroundings): Front {
  const { log, metrics, overload, limits, ready, failures, origins } = surroundings;
  const chatty = log.isLevelEnabled('debug');
  return (request: AppRequest, response: Answer): boolean => {
    const requestId = idOf(request);
    request.requestId = requestId;
    request.originalUrl = request.url;
    response.commonHeaders = ['X-Request-Id', requestId, ...STATIC_HEADERS, ...origins.headersFor(request)];
    const started = performance.now();
    response.started = started;
    const refusal = refusalOf(request, response, started);
    if (refusal) {
      metrics.countAnswer('none', refusal.status);
      refuse(request, response, refusal);
      return true;
    }
    const answered = answersAtOnce(request, response);
    // Listening for the end takes longer than what is done then, so it is only done where the end is still to come.
    // After 'prefinish' an answer only waits for the client.
    if (response.writableEnded) close.call(response);
    else response.on('prefinish', () => overload.leave(response)).on('close', close);
    return answered;
  };

  function answersAtOnce(request: AppRequest, response: Answer): boolean {
    try {
      return origins.answersPreflight(request, response) || ready.answers(request, response);
    } catch (error) {
      failures.answer(error, request, response);
      return true;
    }
  }

  function close(this: Answer): void {
    overload.leave(this);
    const { operationId = 'none', requestId, actor, method, originalUrl } = this.req;
    const status = this.headersSent ? this.statusCode : CLIENT_LEFT;
    metrics.countAnswer(operationId, status);
    const quiet = (method === 'GET' && status < 500) || status === 429;
    if (quiet && !chatty) return;
    const durationMs = Math.round((performance.now() - (this.started ?? 0)) * 10) / 10;
    const [path] = originalUrl.split('?', 1);
    const line = { requestId, method, path, status, durationMs, actor: actor?.id };
    log[quiet ? 'debug' : 'info'](line, 'request');
  }

  function refusalOf(request: AppRequest, response: Response, now: number): AppError | null {
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      return new BadRequest('parameter_invalid', 'The request must have a Host header.', 'Host');
    if (request.url.startsWith(HEALTH)) return null;
    try {
      limits.countAddress(request, now);
    } catch (error) {
      if (error instanceof TooManyRequests) return error;
      throw error;
    }
    return overload.refuses(request, response, now)
      ? new Unavailable(
          'overloaded',
          'The server has more requests than it can take just now. Try again in a second.',
        )
      : null;
  }
}

function idOf({ headers }: AppRequest): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && USABLE_ID.test(given) ? given : randomUUID();
}
