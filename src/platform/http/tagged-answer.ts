import { createHash } from 'node:crypto';
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { header } from './api-failures.js';

/** Documents a read whose answer has an ETag. */
export function ApiTagged(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'ETag of an earlier answer; 304 when nothing has changed since.',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status: 304,
      description: 'Nothing has changed since the answer that `If-None-Match` names.',
      headers: { ETag: header('ETag') },
    }),
  );
}

/** Sends an answer that is made for this request, with an ETag of its content. */
export function sendJson(request: Request, response: Response, answer: object): void {
  const body = JSON.stringify(answer);
  sendTagged(request, response, body, `"${digestOf(body)}"`);
}

/** Sends a JSON text, or 304 where the caller has it. */
export function sendTagged(request: Request, response: Response, body: string, etag: string): void {
  response.setHeader('ETag', etag);
  if (matches(request.headers['if-none-match'], etag)) response.writeHead(304).end();
  else response.type('application/json').send(body);
}

/** A short digest, for ETags. */
export function digestOf(body: string): string {
  return createHash('sha1').update(body).digest('base64url').slice(0, 16);
}

/** Whether `If-None-Match` names the ETag. */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header === '*') return true;
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag);
}
