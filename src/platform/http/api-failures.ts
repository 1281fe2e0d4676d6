import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { ErrorDto } from './error.dto.js';
import { ERROR_CODES, ERROR_TYPES, type ErrorCode } from './error-codes.js';

/** Decorators leave one mark a code on an operation; the document gets a list a response instead. */
const MARK = 'x-error-';
const SAMPLE_ID = '0b5f7a52-5a3c-4c58-9f0e-3f1c8b6c2a11';

/** What each failing status means here. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'No token, or one that is bad, expired or revoked',
  403: 'The token does not permit it',
  404: 'There is no such thing',
  409: 'It clashes with what is there',
  412: '`If-Match` names a revision that is no longer the current one',
  413: 'The body is larger than 1 MiB',
  415: 'The body cannot be decoded',
  416: 'There is nothing in that range',
  422: 'Understood and refused, nothing was changed',
  429: 'Too many requests',
  502: 'The host of a download, or the plugin itself, failed',
  503: 'The server cannot work just now. Try again',
  504: 'It took too long',
};

/** What a quota is, what is left of it, and when there is more. */
export const QUOTA_HEADERS = {
  'RateLimit-Policy': header('RateLimit-Policy'),
  RateLimit: header('RateLimit'),
};
const RATE_LIMIT_HEADERS = { 'Retry-After': header('Retry-After'), ...QUOTA_HEADERS };

/** Documents what an operation can fail with; may be given more than once, the codes add up. */
export function ApiFailures(...codes: ErrorCode[]): MethodDecorator {
  return applyDecorators(...codes.map((code) => ApiExtension(MARK + code, true)));
}

type Components = NonNullable<OpenAPIObject['components']>;
type ExampleObject = NonNullable<Components['examples']>[string];
type ResponseObject = NonNullable<Components['responses']>[string];

/** The parts of an operation that failures are written into. */
interface Operation {
  description?: string;
  responses: Record<string, object | undefined>;
  'x-error-codes'?: Record<string, readonly ErrorCode[]>;
  [mark: `${typeof MARK}${string}`]: unknown;
}

/**
 * Turns the codes of each operation into its failing responses. All operations share one response a status; which of
 * its codes an operation may answer is said in `x-error-codes` and at the end of its description.
 */
export function writeFailures(document: OpenAPIObject, operations: readonly object[]): void {
  const used = new Set<ErrorCode>();
  for (const operation of operations as Operation[]) {
    const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => operation[`${MARK}${code}`]);
    for (const code of codes) {
      Reflect.deleteProperty(operation, MARK + code);
      used.add(code);
    }
    const byStatus = groupByStatus(codes);
    for (const status of Object.keys(byStatus)) operation.responses[status] ??= referTo(Number(status));
    if (codes.length === 0) continue;
    operation['x-error-codes'] = byStatus;
    operation.description = [operation.description, describeCodes(byStatus)].filter(Boolean).join('\n\n');
  }
  const responses = Object.entries(groupByStatus([...used].sort())).map(
    ([status, codes]) => [nameOf(Number(status)), failure(Number(status), codes)] as const,
  );
  const examples: Record<string, ExampleObject> = {};
  for (const code of [...used].sort()) examples[code] = { summary: code, value: example(code) };
  document.components = { ...document.components, responses: Object.fromEntries(responses), examples };
}

function groupByStatus(codes: readonly ErrorCode[]): Record<string, ErrorCode[]> {
  const statusOf = (code: ErrorCode): number => ERROR_CODES[code][0];
  const statuses = [...new Set(codes.map(statusOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => [status, codes.filter((code) => statusOf(code) === status)]),
  );
}

function describeCodes(byStatus: Record<string, readonly ErrorCode[]>): string {
  const list = Object.entries(byStatus).map(
    ([status, codes]) => `${status} ${codes.map((code) => `\`${code}\``).join(', ')}`,
  );
  return `Error codes: ${list.join('; ')}.`;
}

/** Name of the response of a status: `NotFound`. */
function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? '').replace(/\W/g, '');
}

function referTo(status: number): object {
  return { $ref: `#/components/responses/${nameOf(status)}` };
}

function failure(status: number, codes: readonly ErrorCode[]): ResponseObject {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: `${STATUSES[status]}. The operation says which of these codes it answers.`,
    headers: {
      ...(status === 401 && { 'WWW-Authenticate': header('WWW-Authenticate') }),
      ...(status === 429 && RATE_LIMIT_HEADERS),
      ...(status === 503 && { 'Retry-After': header('Retry-After') }),
      'X-Request-Id': header('X-Request-Id'),
    },
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ErrorDto) }, examples },
    },
  };
}

/** A reference to one of the response headers of the document. */
export function header(name: string): object {
  return { $ref: `#/components/headers/${name}` };
}

/** A failure as it is told to a client. */
function example(code: ErrorCode): object {
  const [status, message] = ERROR_CODES[code];
  const type = status in ERROR_TYPES ? ERROR_TYPES[status as keyof typeof ERROR_TYPES] : ERROR_TYPES[400];
  return {
    ok: false,
    event_id: SAMPLE_ID,
    type,
    is_bifrost_error: true,
    status_code: status,
    error: { type, code, message, param: '', event_id: SAMPLE_ID },
    extra_fields: { provider: '', model_requested: '', request_type: '' },
    ...(status === 422 && { validationErrors: [] }),
  };
}

/** All codes as a Markdown list, by status. */
export function errorCodeList(): string {
  return Object.entries(ERROR_CODES)
    .map(([code, [status, meaning]]) => `- ${status} \`${code}\`: ${escapeHtml(meaning)}`)
    .join('\n');
}

/** Markdown may contain HTML, so `<token>` would be taken for an element. */
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
