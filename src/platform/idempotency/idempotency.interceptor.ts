import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { AppError, BadRequest, Conflict, Unprocessable, type FieldProblem } from '../http/errors.js';
import type { AppRequest } from '../http/request.js';
import { SecretBox } from '../secrets/secret-box.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** Refusals that would come again just so; others (busy, away) are worth a fresh try under the same key. */
const REPEATABLE = new Set([404, 409, 422]);

/** Headers that say where to go on, and belong to the answer as its body does. */
const KEPT_HEADERS = ['location', 'preference-applied'];

type Answer =
  | { ok: true; status: number; headers?: Record<string, string>; body: unknown }
  | {
      ok: false;
      status: number;
      type: string;
      code: string;
      message: string;
      param: string;
      problems: readonly FieldProblem[];
    };

/** Gives a repeated `Idempotency-Key` the first answer again, for 24 hours, on every server of the fleet. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly records: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
      throw new BadRequest(
        'parameter_invalid',
        'Idempotency-Key must be 1 to 255 printable characters without spaces, such as a UUID.',
        'Idempotency-Key',
      );
    const id = sha256(request.actor?.kind, request.actor?.id, request.originalUrl, key);
    const requestHash = sha256(JSON.stringify(request.body ?? null));
    const known = await this.records.claim(id, requestHash);
    if (known) return of(this.again(known, id, requestHash, response));
    return of(await this.first(id, next, response));
  }

  private again(
    known: { requestHash: string; answer: string | null },
    id: string,
    requestHash: string,
    response: Response,
  ): unknown {
    if (known.requestHash !== requestHash)
      throw new Unprocessable(
        'idempotency_key_reused',
        'This Idempotency-Key was used with another body. Use a new key for a new request.',
        'Idempotency-Key',
      );
    if (known.answer === null)
      throw new Conflict(
        'idempotency_in_progress',
        'The first request with this Idempotency-Key is still being worked on. Try again in a moment.',
        'Idempotency-Key',
      );
    const answer = this.box.open(known.answer, `idempotency/${id}`) as Answer;
    response.setHeader('Idempotency-Replayed', 'true');
    if (!answer.ok) throw new ReplayedError(answer);
    response.status(answer.status).set(answer.headers ?? {});
    return answer.body;
  }

  private async first(id: string, next: CallHandler, response: Response): Promise<unknown> {
    try {
      const body: unknown = await lastValueFrom(next.handle());
      const headers = keptHeaders(response);
      await this.complete(id, { ok: true, status: response.statusCode, headers, body });
      return body;
    } catch (error) {
      if (error instanceof AppError && REPEATABLE.has(error.status)) {
        const { status, type, code, message, param, problems } = error;
        await this.complete(id, { ok: false, status, type, code, message, param, problems });
      } else await this.records.release(id);
      throw error;
    }
  }

  private complete(id: string, answer: Answer): Promise<void> {
    return this.records.complete(id, this.box.seal(answer, `idempotency/${id}`));
  }
}

function keptHeaders(response: Response): Record<string, string> {
  const set = KEPT_HEADERS.map((name) => [name, response.getHeader(name)] as const);
  return Object.fromEntries(
    set.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

class ReplayedError extends AppError {
  readonly status: number;
  readonly type: string;
  constructor(answer: Extract<Answer, { ok: false }>) {
    super(answer.code, answer.message, answer.param, answer.problems);
    this.status = answer.status;
    this.type = answer.type;
  }
}

function sha256(...parts: (string | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part ?? ''}\0`);
  return hash.digest('hex');
}
