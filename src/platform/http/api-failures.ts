import { applyDecorators } from '@nestjs/common';
import { ApiExtension, type OpenAPIObject } from '@nestjs/swagger';
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

type ExampleObject = NonNullable<NonNullable<OpenAPIObject['components']>['examples']>[string];

/** The parts of an operation that failures are written into. */
interface Operation {
  responses: Record<string, object | undefined>;
  [mark: `${typeof MARK}${string}`]: unknown;
}

/** Turns the codes of each operation into its failing responses, with an example for each code. */
export function writeFailures(document: OpenAPIObject, operations: readonly object[]): void {
  const used = new Set<ErrorCode>();
  for (const operation of operations as Operation[]) {
    const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => operation[`${MARK}${code}`]);
    for (const code of codes) Reflect.deleteProperty(operation, MARK + code);
    for (const status of new Set(codes.map((code) => ERROR_CODES[code][0])))
      operation.responses[status] ??= failure(
        status,
        codes.filter((code) => ERROR_CODES[code][0] === status),
      );
    codes.forEach((code) => used.add(code));
  }
  const examples: Record<string, ExampleObject> = {};
  for (const code of [...used].sort()) examples[code] = { summary: code, value: example(code) };
  document.components = { ...document.components, examples };
}

function failure(status: number, codes: readonly ErrorCode[]): object {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: `${STATUSES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    'x-error-codes': codes,
    ...(status === 401 && { headers: { 'WWW-Authenticate': header('WWW-Authenticate') } }),
    ...(status === 429 && { headers: RATE_LIMIT_HEADERS }),
    ...(status === 503 && { headers: { 'Retry-After': header('Retry-After') } }),
    content: {
      'application/json': { schema: schema('ErrorDto'), examples },
      'application/problem+json': { schema: schema('ProblemDto') },
    },
  };
}

function schema(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
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
  return (
    Object.entries(ERROR_CODES)
      // Markdown takes what stands in angle brackets for HTML.
      .map(([code, [status, meaning]]) => `- ${status} \`${code}\`: ${meaning.replaceAll('<', '&lt;')}`)
      .join('\n')
  );
}
