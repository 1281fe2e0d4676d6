import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../database/database-away.js';
import type { ErrorCode } from './error-codes.js';
import { AppError, BadRequest, NotFound, Unavailable, type FieldProblem } from './errors.js';
import type { AppRequest } from './request.js';

/** A failure as it is told to a client, before it is rendered. */
interface Failure {
  status: number;
  type: string;
  code: string;
  message: string;
  param: string;
  problems: readonly FieldProblem[];
  headers: Readonly<Record<string, string>>;
}

/** Renders every failure, unknown routes included, in the shape the caller reads. Nothing internal gets out. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<AppRequest>(), http.getResponse<Response>());
  }

  /** Tells the log and the caller what a request failed for. */
  answer(exception: unknown, request: AppRequest, response: Response): void {
    const failure = describe(exception, request);
    const level = failure.status >= 500 ? 'error' : 'debug';
    this.log[level]({ err: exception, requestId: request.requestId, code: failure.code }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    send(request, response, failure);
  }
}

function describe(exception: unknown, request: AppRequest): Failure {
  const error = toAppError(exception, request);
  if (error) return failureOf(error);
  return {
    status: 500,
    type: 'internal_error',
    code: 'internal_error',
    message: `Something went wrong in the server. Its log has the details under request id ${request.requestId}.`,
    param: '',
    problems: [],
    headers: {},
  };
}

function failureOf(error: AppError): Failure {
  const { status, type, code, message, param, headers } = error;
  return { status, type, code, message, param, headers, problems: problemsOf(error) };
}

/** A refusal of one field is also told in the field-by-field form. */
function problemsOf({ problems, param, message }: AppError): readonly FieldProblem[] {
  return problems.length === 0 && param !== '' ? [{ field: param, message }] : problems;
}

function toAppError(exception: unknown, request: AppRequest): AppError | null {
  if (exception instanceof AppError) return exception;
  if (isDatabaseAway(exception))
    return new Unavailable('database_unavailable', 'The database cannot be reached just now. Try again.');
  if (exception instanceof HttpException) return fromNest(exception, request);
  return fromExpress(exception);
}

/** Nest wraps what Express and its body parser raise; the original says more. */
function fromNest(exception: HttpException, request: AppRequest): AppError {
  const status = exception.getStatus();
  if (status === 404)
    return new NotFound(
      'route_not_found',
      `There is no ${request.method} ${request.path}. The explorer at /docs lists every route.`,
    );
  return fromExpress(exception.cause) ?? bareFailure(status);
}

/** Errors of the body parser carry a `status`; a path that cannot be decoded is a URIError. */
function fromExpress(exception: unknown): AppError | null {
  if (!(exception instanceof Error)) return null;
  if (exception instanceof URIError)
    return new BadRequest('parameter_invalid', 'The address has a percent sign that is not a valid escape.');
  const { type, status } = exception as Error & { type?: unknown; status?: unknown };
  // What unpacks the body raises errors without a type.
  if (status === 400 && type === undefined)
    return new BadRequest(
      'bad_json',
      'The body cannot be unpacked: it is not what its Content-Encoding says.',
    );
  return typeof status === 'number' && status >= 400 && status < 500 ? bareFailure(status) : null;
}

function bareFailure(status: number): BareFailure {
  const [code, message] = BARE[status] ?? ['request_failed', STATUS_CODES[status] ?? 'The request failed'];
  return new BareFailure(status, code, message);
}

const BARE: Readonly<Record<number, [code: ErrorCode, message: string]>> = {
  400: ['request_failed', 'This cannot be read as an HTTP request.'],
  408: [
    'request_timeout',
    'The request did not arrive in time. Send its headers and its body without pauses.',
  ],
  431: ['headers_too_large', 'The headers of the request are larger than 16 KiB, the most that is read.'],
  413: ['body_too_large', 'The body is larger than 1 MiB, the most that is read.'],
  416: ['range_not_satisfiable', 'The range lies outside the file.'],
  415: [
    'body_encoding_unsupported',
    'The body must be UTF-8 or UTF-16, and plain or compressed with gzip, deflate or br.',
  ],
};

/** Failures that the framework raises with a status of its own. */
class BareFailure extends AppError {
  readonly type = 'invalid_request_error';
  constructor(
    readonly status: number,
    code: ErrorCode,
    message: string,
  ) {
    super(code, message);
  }
}

/** Answers a request with a failure, before anything has looked at it. */
export function refuse(request: AppRequest, response: Response, error: AppError): void {
  send(request, response, describe(error, request));
}

/** The body that tells of a failure with this status where no request could be read. */
export function bodyOfBareFailure(status: number, id: string): string {
  return JSON.stringify(envelope(failureOf(bareFailure(status)), id));
}

function send(request: AppRequest, response: Response, failure: Failure): void {
  const id = request.requestId ?? '';
  for (const [name, value] of Object.entries(failure.headers)) response.setHeader(name, value);
  response.status(failure.status);
  if (request.headers['x-milady-client-id'] !== undefined || request.headers['x-milady-token'] !== undefined)
    response.json(asText(failure, id));
  else if (request.accepts(['application/json', 'application/problem+json']) === 'application/problem+json')
    response.type('application/problem+json').send(JSON.stringify(problem(failure, id)));
  else response.json(envelope(failure, id, request.operationId));
}

interface Envelope {
  extra_fields: object;
  [field: string]: unknown;
}

function envelope(failure: Failure, id: string, operationId = ''): Envelope {
  const { status, type, code, message, param, problems } = failure;
  return {
    ok: false,
    event_id: id,
    type,
    is_bifrost_error: true,
    status_code: status,
    error: { type, code, message, param, event_id: id },
    extra_fields: { provider: '', model_requested: '', request_type: operationId },
    ...(listsProblems(failure) && { validationErrors: problems }),
  };
}

/** The failure for consoles that show `error` as it is; of gateways they know nothing. */
function asText(failure: Failure, id: string): object {
  const { extra_fields: _ofGateways, ...rest } = envelope(failure, id);
  return { ...rest, error: failure.message, code: failure.code };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Refused content is told field by field, files that clash file by file. */
function listsProblems({ status, code }: Failure): boolean {
  return status === 422 || code === 'sync_conflict';
}

/** RFC 9457. */
function problem(failure: Failure, id: string): object {
  const words = failure.type.replaceAll('_', ' ');
  return {
    type: `urn:plugboard:error:${failure.code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: failure.status,
    detail: failure.message,
    instance: UUID.test(id) ? `urn:uuid:${id}` : `urn:plugboard:request:${id}`,
    code: failure.code,
    ...(listsProblems(failure) && { errors: failure.problems }),
  };
}
