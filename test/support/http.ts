import { isJson, type ServerAnswer, validateAnswer, type OpenApiDocument } from './openapi.js';

/** An answer that the OpenAPI document allows. */
export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  /** Parsed where the answer is JSON; otherwise undefined. */
  body: T;
  /** As it was sent; empty when there was no body. */
  text: string;
}

type Send = <T = unknown>(
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer<T>>;

export interface Client {
  get: Send;
  post: Send;
  put: Send;
  patch: Send;
  delete: Send;
}

export interface ClientOptions {
  /** Leaves answers that are not JSON unchecked; JSON is always checked. */
  skipNonJson?: boolean;
  /** Instead of openapi.yaml. */
  document?: OpenApiDocument;
}

/**
 * A client whose every answer is compared with openapi.yaml. Text and bytes are sent as they are, with no
 * Content-Type of their own; anything else is sent as JSON. Redirects are answers, not followed.
 * @param baseUrl `http://127.0.0.1:8080`, without a path
 * @param token sent as Bearer; none: no Authorization header
 * @throws AnswerMismatch (from each call) when an answer is not as documented
 */
export function client(baseUrl: string, token?: string, options: ClientOptions = {}): Client {
  const send =
    (method: string): Send =>
    async <T>(path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array;
      const response = await fetch(new URL(path, baseUrl), {
        method,
        redirect: 'manual',
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(raw || body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const contentType = response.headers.get('content-type') ?? '';
      const json = isJson(contentType) && text !== '';
      const parsed: unknown = json ? JSON.parse(text) : undefined;
      if (json || !options.skipNonJson) {
        const answer = { method, path, status: response.status, contentType, body: json ? parsed : text };
        validateAnswer(inDocumentedShape(answer), options.document);
      }
      return { status: response.status, headers: response.headers, body: parsed as T, text };
    };
  return {
    get: send('GET'),
    post: send('POST'),
    put: send('PUT'),
    patch: send('PATCH'),
    delete: send('DELETE'),
  };
}

const NO_EXTRAS = { provider: '', model_requested: '', request_type: '' };

interface OtherShape {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  errors?: unknown;
  error?: unknown;
  event_id?: string;
}

/** A failure in the one shape that the document describes: it speaks of problem details and of texts in prose only. */
function inDocumentedShape(answer: ServerAnswer): ServerAnswer {
  if (answer.status < 400 || typeof answer.body !== 'object' || answer.body === null) return answer;
  const body = answer.body as OtherShape;
  const { type, code, error, event_id } = body;
  if (typeof error === 'string')
    return {
      ...answer,
      body: { ...body, error: { type, code, message: error, param: '', event_id }, extra_fields: NO_EXTRAS },
    };
  if (!answer.contentType.startsWith('application/problem+json')) return answer;
  const kind = body.title.toLowerCase().replaceAll(' ', '_');
  const envelope = {
    ok: false,
    event_id: body.instance,
    type: kind,
    is_bifrost_error: true,
    status_code: body.status,
    error: { type: kind, code, message: body.detail, param: '', event_id: body.instance },
    extra_fields: NO_EXTRAS,
    ...(body.errors !== undefined && { validationErrors: body.errors }),
  };
  return { ...answer, contentType: 'application/json', body: envelope };
}
