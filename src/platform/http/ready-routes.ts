import { Injectable, type Type } from '@nestjs/common';
import type { Response } from 'express';
import { type Access, accessOf } from './access.js';
import { type ReadyAnswer, sendReady } from './ready-answer.js';
import type { AppRequest } from './request.js';

/** Lets a caller pass whose token is known already; false says nothing about any other. */
export type AdmitKnown = (request: AppRequest, response: Response, access: Access) => boolean;

interface ReadyRoute {
  operationId: string;
  access: Access;
  answer: () => ReadyAnswer | null;
}

/**
 * Reads whose answer mostly lies ready. A known caller gets it before Express looks for a route and Nest for guards
 * and pipes, which takes longer than to send it. All else goes the usual way: another caller, a query, a body, an
 * answer that must be made first.
 */
@Injectable()
export class ReadyRoutes {
  private readonly routes = new Map<string, ReadyRoute>();

  /** Whoever tells callers apart puts its own here. */
  admitKnown: AdmitKnown = () => false;

  /**
   * @param path as it stands in a request
   * @param route the controller and the name of its method for that path
   * @param answer what that method would send just now, or null when it must be made first
   */
  add(path: string, [controller, method]: [Type, string], answer: () => ReadyAnswer | null): void {
    const access = accessOf(Reflect.get(controller.prototype as object, method) as object);
    if (access !== undefined) this.routes.set(path, { operationId: method, access, answer });
  }

  /**
   * Whether the request is answered.
   * @throws AppError when the caller may not
   */
  answers(request: AppRequest, response: Response): boolean {
    const route = request.method === 'GET' ? this.routes.get(request.url) : undefined;
    if (!route || hasBody(request)) return false;
    const answer = route.answer();
    if (!answer) return false;
    request.operationId = route.operationId;
    if (!this.admitKnown(request, response, route.access)) return false;
    sendReady(request, response, answer)?.catch(() => response.destroy());
    return true;
  }
}

/** Whether the request says that a body follows. */
export function hasBody({ headers }: AppRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
