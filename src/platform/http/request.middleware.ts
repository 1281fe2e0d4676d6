import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.service.js';
import type { AppRequest } from './request.js';

const USABLE_ID = /^[\w.:-]{8,128}$/;

/** Gives every request an id and the static security headers, counts it, and logs what was not just a read. */
export function requestMiddleware(log: Logger, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && USABLE_ID.test(given) ? given : randomUUID();
    (request as AppRequest).requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-cache');
    const started = performance.now();
    const { path } = request;
    response.once('finish', () => {
      const { operationId: operation = 'none', actor, method } = request as AppRequest;
      const status = response.statusCode;
      metrics.requests.inc({ operation, status });
      const durationMs = Math.round((performance.now() - started) * 10) / 10;
      const level = method === 'GET' && status < 500 ? 'debug' : 'info';
      log[level]({ requestId, method, path, status, durationMs, actor: actor?.id }, 'request');
    });
    next();
  };
}
