import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { json, type Response } from 'express';
import { hasBody } from './ready-routes.js';
import type { AppRequest } from './request.js';

const MAX_BODY = '1mb';
const parse = json({ limit: MAX_BODY, strict: false, type: ['application/json', 'application/*+json'] });

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
        else fail(error instanceof Error ? error : new Error('The body could not be read', { cause: error }));
      }),
    );
  }
}
