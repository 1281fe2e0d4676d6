import { type CanActivate, type ExecutionContext, UnsupportedMediaTypeException } from '@nestjs/common';
import { json, type Response } from 'express';
import { BadRequest } from './errors.js';
import { findJsonError } from './json-position.js';
import { assertWithinLimits } from './json-limits.js';
import { hasBody } from './ready-routes.js';
import type { AppRequest } from './request.js';

const MAX_BODY = '1mb';
const parse = json({
  limit: MAX_BODY,
  strict: false,
  type: ['application/json', 'application/*+json'],
  verify: (_request, _response, body, charset) => assertWithinLimits(asUtf8(body, charset)),
});

/**
 * Reads the body, as the last guard: only of callers who may call, and when it is known what they call, so that
 * the refusal of a bad body names the operation. Nothing is asked, it only comes at the right moment.
 */
export class BodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AppRequest>();
    if (!hasBody(request)) return true;
    return new Promise((done, fail) =>
      parse(request, http.getResponse<Response>(), (error: unknown) => {
        if (error === undefined) done(true);
        else fail(describe(error));
      }),
    );
  }
}

/** Says where the body is no JSON. The parser hangs the body on what it throws: no log shall have it. */
function describe(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('The body could not be read', { cause: error });
  const { type, body } = error as Error & { type?: unknown; body?: unknown };
  if (type === 'entity.parse.failed' && typeof body === 'string') return badJson(body);
  Reflect.deleteProperty(error, 'body');
  return error;
}

function badJson(text: string): BadRequest {
  const at = findJsonError(text);
  const lines = text.slice(0, at).split('\n');
  const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1} (position ${at})`;
  const what = at < text.length ? `unexpected ${JSON.stringify(text[at])}` : 'it ends too early';
  return new BadRequest('bad_json', `The body is not valid JSON: ${what} at ${place}.`);
}

/** @throws UnsupportedMediaTypeException where that is neither UTF-8 nor UTF-16 */
function asUtf8(body: Buffer, charset: string): Uint8Array {
  if (charset === 'utf-8') return body;
  if (!charset.startsWith('utf-16')) throw new UnsupportedMediaTypeException();
  return new TextEncoder().encode(new TextDecoder(charset).decode(body));
}
