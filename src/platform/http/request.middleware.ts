import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { AppRequest } from './request.js';

const USABLE_ID = /^[\w.:-]{8,128}$/;

/** Gives every request an id and the static security headers, and logs what changed something or failed. */
export function requestMiddleware(log: Logger) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && USABLE_ID.test(given) ? given : randomUUID();
    (request as AppRequest).requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-cache');
    if (request.method !== 'GET' || log.isLevelEnabled('debug')) logWhenDone(log, request, response);
    next();
  };
}

function logWhenDone(log: Logger, request: AppRequest, response: Response): void {
  const started = performance.now();
  const { method, requestId } = request;
  const path = request.path;
  response.once('finish', () => {
    log.info(
      {
        requestId,
        method,
        path,
        status: response.statusCode,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
        actor: request.actor?.id,
      },
      'request',
    );
  });
}
