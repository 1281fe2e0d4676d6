import { randomUUID } from 'node:crypto';
import type { NextFunction, Response } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.service.js';
import { refuse } from './error.filter.js';
import { TooManyRequests, Unavailable } from './errors.js';
import type { Overload } from './limits/overload.js';
import type { RateLimits } from './limits/rate-limits.service.js';
import type { AppRequest } from './request.js';

const USABLE_ID = /^[\w.:-]{8,128}$/;
const HEALTH = '/health/';
/** In the counts and in the log: the client did not wait for an answer. */
const CLIENT_LEFT = 499;

interface Surroundings {
  log: Logger;
  metrics: Metrics;
  overload: Overload;
  limits: RateLimits;
}

/**
 * Gives every request an id and the static security headers, counts it, and logs what was not just a read. Those
 * that are too many end here, where they cost least; they are counted, and told to the log in sum.
 */
export function requestMiddleware({ log, metrics, overload, limits }: Surroundings) {
  return (request: AppRequest, response: Response, next: NextFunction): void => {
    const requestId = idOf(request);
    request.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-cache');
    const started = performance.now();
    const excess = request.url.startsWith(HEALTH) ? null : excessOf(request, response, started);
    if (excess) {
      metrics.requests.inc({ operation: 'none', status: excess.status });
      refuse(request, response, excess);
      return;
    }
    const { path } = request;
    // What is left of an answer then only waits for the client.
    response.once('prefinish', () => overload.leave(response));
    response.once('close', () => {
      overload.leave(response);
      const { operationId: operation = 'none', actor, method } = request;
      const status = response.headersSent ? response.statusCode : CLIENT_LEFT;
      metrics.requests.inc({ operation, status });
      const durationMs = Math.round((performance.now() - started) * 10) / 10;
      const level = (method === 'GET' && status < 500) || status === 429 ? 'debug' : 'info';
      log[level]({ requestId, method, path, status, durationMs, actor: actor?.id }, 'request');
    });
    next();
  };

  function excessOf(
    request: AppRequest,
    response: Response,
    now: number,
  ): TooManyRequests | Unavailable | null {
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
