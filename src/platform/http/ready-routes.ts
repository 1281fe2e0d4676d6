import { Injectable, type Type } from '@nestjs/common';
import type { Response } from 'express';
import { type Access, accessOf } from './access.js';
import { type ReadyAnswer, sendReady } from './ready-answer.js';
import { type AppRequest, partsOf } from './request.js';

/** Lets a caller pass whose token is known already; false says nothing about any other. */
export type AdmitKnown = (request: AppRequest, response: Response, access: Access) => boolean;

/** What a path segment may have, encoded or not, for us to read it as Express does. */
const PLAIN = /^[\w.~@+%-]+$/;

interface ReadyRoute {
  operationId: string;
  access: Access;
  answer: (segment: string, query: string) => ReadyAnswer | null;
}

/**
 * Reads whose answer mostly lies ready. A known caller gets it before Express looks for a route and Nest for guards
 * and pipes, which takes longer than to send it. All else goes the usual way: another caller, a body, an answer that
 * must be made first.
 */
@Injectable()
export class ReadyRoutes {
  private readonly routes = new Map<string, ReadyRoute>();

  /** Whoever tells callers apart puts its own here. */
  admitKnown: AdmitKnown = () => false;

  /**
   * @param path as it stands in a request; one that ends with a slash is for any one segment behind it
   * @param route the controller and the name of its method for that path
   * @param answer what that method would send just now for that segment and that query, which begins with a `?` or is
   * empty; null when it must be made first
   */
  add(path: string, [controller, method]: [Type, string], answer: ReadyRoute['answer']): void {
    const access = accessOf(Reflect.get(controller.prototype as object, method) as object);
    if (access !== undefined) this.routes.set(path, { operationId: method, access, answer });
  }

  /**
   * Whether the request is answered.
   * @throws AppError when the caller may not
   */
  answers(request: AppRequest, response: Response): boolean {
    const { method, url } = request;
    if (method !== 'GET' || hasBody(request)) return false;
    const [path, query] = partsOf(url);
    const whole = this.routes.get(path);
    const end = path.lastIndexOf('/') + 1;
    const route = whole ?? this.routes.get(path.slice(0, end));
    const answer = route?.answer(whole ? '' : segmentOf(path.slice(end)), query);
    if (!route || !answer) return false;
    request.operationId = route.operationId;
    if (!this.admitKnown(request, response, route.access)) return false;
    sendReady(request, response, answer)?.catch(() => response.destroy());
    return true;
  }
}

/** What an encoded segment says; empty where it is none, or more than one. */
function segmentOf(text: string): string {
  if (!PLAIN.test(text)) return '';
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return '';
  }
}

/** Whether the request says that a body follows. */
export function hasBody({ headers }: AppRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
