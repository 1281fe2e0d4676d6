import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { isDatabaseAway } from '../database/database-away.js';
import { AppError, BadRequest, Conflict, Unprocessable, type FieldProblem } from '../http/errors.js';
import type { Actor, AppRequest, Claim } from '../http/request.js';
import { Nodes } from '../nodes/nodes.service.js';
import { SecretBox } from '../secrets/secret-box.js';
import { LOG } from '../tokens.js';
import { type IdempotencyRecord, IdempotencyRepository } from './idempotency.repository.js';

/** Refusals that would come again just so; others (busy, away) are worth a fresh try under the same key. */
const REPEATABLE = new Set([404, 409, 422]);

/** Time between two tries to write while the database is away, in milliseconds. */
const RETRY_MS = 1_000;

/** Headers that say where to go on, and belong to the answer as its body does. */
const KEPT_HEADERS = ['etag', 'location', 'preference-applied'];

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

/**
 * Gives a repeated `Idempotency-Key` the first answer again, for 24 hours, on every server of the fleet. A request whose
 * server has died is carried out by the repeat, unless it had changed something: then it is told so.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly records: IdempotencyRepository,
    private readonly box: SecretBox,
    private readonly nodes: Nodes,
    @Inject(LOG) private readonly log: Logger,
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
    const id = sha256(...callerOf(request.actor), request.originalUrl, key);
    const requestHash = sha256(JSON.stringify(request.body ?? null));
    const { ownId, startedAt } = this.nodes;
    const found = await this.records.claim(id, requestHash, { id: ownId, startedAt });
    if (!('claim' in found)) return of(this.again(found, id, requestHash, response));
    request.claim = found;
    return of(await this.first(found, next, response));
  }

  private again(known: IdempotencyRecord, id: string, requestHash: string, response: Response): unknown {
    if (known.requestHash !== requestHash)
      throw new Unprocessable(
        'idempotency_key_reused',
        'This Idempotency-Key was used with another body. Use a new key for a new request.',
        'Idempotency-Key',
      );
    if (known.answer === null) throw unanswered(known);
    const answer = this.box.open(known.answer, `idempotency/${id}`) as Answer;
    response.setHeader('Idempotency-Replayed', 'true');
    if (!answer.ok) throw new ReplayedError(answer);
    response.status(answer.status).set(answer.headers ?? {});
    return answer.body;
  }

  private async first(claim: Claim, next: CallHandler, response: Response): Promise<unknown> {
    try {
      const body: unknown = await lastValueFrom(next.handle());
      const headers = keptHeaders(response);
      await this.complete(claim, { ok: true, status: response.statusCode, headers, body });
      return body;
    } catch (error) {
      if (error instanceof AppError && REPEATABLE.has(error.status)) {
        const { status, type, code, message, param, problems } = error;
        await this.complete(claim, { ok: false, status, type, code, message, param, problems });
      } else await this.write(() => this.records.release(claim));
      throw error;
    }
  }

  private complete(claim: Claim, answer: Answer): Promise<void> {
    const sealed = this.box.seal(answer, `idempotency/${claim.id}`);
    return this.write(() => this.records.complete(claim, sealed));
  }

  /** Where the database is away, the caller is answered, and the record is written once it is back. */
  private async write(record: () => Promise<void>): Promise<void> {
    await record().catch((error: unknown) => {
      if (isDatabaseAway(error)) void this.writeLater(record);
      else this.log.error({ err: error }, 'an answer was not kept for its Idempotency-Key');
    });
  }

  private async writeLater(record: () => Promise<void>): Promise<void> {
    for (let isDone = false; !isDone;) {
      await delay(RETRY_MS, undefined, { ref: false });
      isDone = await record().then(
        () => true,
        (error: unknown) => !isDatabaseAway(error),
      );
    }
  }
}

/** Why there is no answer to be given again. */
function unanswered({ work, isWorkedOn }: IdempotencyRecord): Conflict {
  if (work !== null && !isWorkedOn)
    return new Conflict(
      'idempotency_answer_lost',
      `The first request with this Idempotency-Key was carried out (${work}), but its server ended before the answer was kept. It is not done again: read what has become of it.`,
      'Idempotency-Key',
    );
  return new Conflict(
    'idempotency_in_progress',
    'The first request with this Idempotency-Key is still being worked on. Try again in a moment.',
    'Idempotency-Key',
  );
}

/** Who may have an answer again: the same caller with the same scopes, since an answer shows what these permit. */
function callerOf(actor: Actor | undefined): string[] {
  return actor ? [actor.kind, actor.id, [...actor.scopes].sort().join(' ')] : [];
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

function sha256(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest('hex');
}
