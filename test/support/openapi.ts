import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { projectDocument } from './project-document.js';

/** What a server answered to one request. */
export interface ServerAnswer {
  /** In any case. */
  method: string;
  /** As it was requested: percent-encoded, with or without its query. */
  path: string;
  status: number;
  /** The parsed body where `contentType` is JSON; otherwise its text; empty or undefined when there was none. */
  body: unknown;
  /** With or without its parameters; empty when the answer names none. */
  contentType: string;
}

type Schema = Record<string, unknown>;
interface Reference {
  $ref?: string;
}
interface DocumentedResponse extends Reference {
  content?: Record<string, { schema?: Schema }>;
}
interface Operation {
  /** Codes that the operation may answer, by status. */
  'x-error-codes'?: Record<string, readonly string[]>;
  responses?: Record<string, DocumentedResponse>;
}
/** The parts of an OpenAPI 3.0 or 3.1 document that say what is answered. */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components?: { responses?: Record<string, DocumentedResponse>; schemas?: Record<string, Schema> };
}

/** An answer that is not what the document says; the message lists every difference. */
export class AnswerMismatch extends Error {
  override readonly name = 'AnswerMismatch';
}

/**
 * Compares an answer with an OpenAPI document: its route, status, media type and, for JSON, its body.
 * @param document openapi.yaml of this project where none is given
 * @throws AnswerMismatch when the document knows no such answer, or one of another shape
 */
export function validateAnswer(answer: ServerAnswer, document: OpenApiDocument = projectDocument()): void {
  const where = `${answer.method.toUpperCase()} ${answer.path} ${answer.status}`;
  const operation = findOperation(document, answer);
  if (!operation) throw new AnswerMismatch(`${where}: the document has no such route`);
  const response = findResponse(document, operation, answer.status);
  if (!response) throw new AnswerMismatch(`${where}: the route does not document this status`);

  checkBody(document, response, answer, where);
  checkCode(operation, answer, where);
}

/** Where an operation lists its error codes, it may answer no other. */
function checkCode(
  { 'x-error-codes': listed }: Operation,
  { status, body }: ServerAnswer,
  where: string,
): void {
  const codes = listed?.[status];
  if (!codes || typeof body !== 'object' || body === null) return;
  const { code, error } = body as { code?: unknown; error?: { code?: unknown } };
  const given = code ?? error?.code;
  if (typeof given !== 'string' || !codes.includes(given))
    throw new AnswerMismatch(`${where}: the code ${JSON.stringify(given)} is not one of ${codes.join(', ')}`);
}

function checkBody(
  document: OpenApiDocument,
  { content }: DocumentedResponse,
  { method, body, contentType }: ServerAnswer,
  where: string,
): void {
  const empty = body === undefined || body === '';
  if (empty && (!content || method.toUpperCase() === 'HEAD')) return;
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const media = findMedia(content ?? {}, mediaType);
  if (!media) throw new AnswerMismatch(`${where}: ${mediaType || 'a body without a type'} is not documented`);
  if (!media.schema || !isJson(mediaType)) return;

  const validate = validator(document, media.schema);
  if (validate(body)) return;
  const differences = (validate.errors ?? []).map((error) => `  ${describeError(error)}`);
  throw new AnswerMismatch([`${where}: the body is not as documented`, ...differences].join('\n'));
}

/** Whether a media type, parameters or not, holds JSON: `application/json`, `application/problem+json`. */
export function isJson(mediaType: string): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(mediaType);
}

/** The route with the fewest placeholders wins, as OpenAPI prescribes: /plugins/installed before /plugins/{x}. */
function findOperation(document: OpenApiDocument, answer: ServerAnswer): Operation | undefined {
  const path = answer.path.split(/[?#]/)[0] ?? '';
  const method = answer.method.toLowerCase();
  const placeholders = (template: string): number => template.split('{').length;
  return Object.entries(document.paths)
    .filter(([template]) => pattern(template).test(path))
    .sort(([a], [b]) => placeholders(a) - placeholders(b))
    .map(([, operations]) => operations[method] ?? (method === 'head' ? operations['get'] : undefined))
    .find((operation) => operation !== undefined);
}

function pattern(template: string): RegExp {
  const literal = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${template
      .split(/\{[^}]*\}/)
      .map(literal)
      .join('[^/]+')}/?$`,
  );
}

function findResponse(
  document: OpenApiDocument,
  { responses = {} }: Operation,
  status: number,
): DocumentedResponse | undefined {
  const found = responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses['default'];
  const name = /^#\/components\/responses\/(.+)$/.exec(found?.$ref ?? '')?.[1];
  return name === undefined ? found : document.components?.responses?.[name];
}

function findMedia(
  content: NonNullable<DocumentedResponse['content']>,
  mediaType: string,
): { schema?: Schema } | undefined {
  const wildcards = [mediaType, `${mediaType.split('/')[0] ?? ''}/*`, '*/*'];
  const listed = Object.entries(content);
  return wildcards
    .map((wanted) => listed.find(([type]) => (type.split(';')[0] ?? '').trim().toLowerCase() === wanted)?.[1])
    .find((media) => media !== undefined);
}

/** Each schema is compiled once, and so are the components that it names: compiling takes far longer than using. */
const validators = new WeakMap<Schema, ValidateFunction>();
const compilers = new WeakMap<OpenApiDocument, Ajv2020>();
/** What the references of a schema start from once it is compiled by itself. */
const BASE = 'https://openapi.invalid/';

function validator(document: OpenApiDocument, schema: Schema): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  const compiled = compiler(document).compile(rooted(inDialect(document, schema)) as Schema);
  validators.set(schema, compiled);
  return compiled;
}

function compiler(document: OpenApiDocument): Ajv2020 {
  const known = compilers.get(document);
  if (known) return known;
  // Not strict: OpenAPI adds keywords of its own (example, discriminator) to JSON Schema. That the schemas are
  // sound is the business of whoever lints the document.
  const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true, validateSchema: false });
  formats.default(ajv);
  const schemas = inDialect(document, document.components?.schemas ?? {});
  ajv.addSchema({ $id: BASE, components: { schemas } });
  compilers.set(document, ajv);
  return ajv;
}

/** The schema with references into the document, wherever it is. */
function rooted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rooted);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]: [string, unknown]) => {
    const isReference = key === '$ref' && typeof value === 'string';
    return [key, isReference ? value.replace(/^#/, `${BASE}#`) : rooted(value)];
  });
  return Object.fromEntries(entries);
}

/** The schema as JSON Schema has it. */
const inDialect = (document: OpenApiDocument, schema: unknown): unknown =>
  document.openapi.startsWith('3.0') ? withNull(schema) : schema;

/** OpenAPI 3.0 says `nullable: true` where JSON Schema says `type: [..., "null"]`. */
function withNull(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNull);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withNull(value)]));
  if (copy['nullable'] !== true) return copy;
  const { nullable: _, ...schema } = copy;
  return { anyOf: [{ type: 'null' }, schema] };
}

function describeError({ instancePath, message, params, data }: ErrorObject): string {
  const found = JSON.stringify(data) as string | undefined;
  const shown = found && found.length > 120 ? `${found.slice(0, 120)}…` : found;
  return `${instancePath || '/'} ${message ?? 'is wrong'} ${JSON.stringify(params)}, found ${shown ?? 'nothing'}`;
}
