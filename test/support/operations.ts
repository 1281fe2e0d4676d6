import { projectDocument } from './project-document.js';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  example?: unknown;
  default?: unknown;
}
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  example?: unknown;
  schema: Schema;
}
interface Media {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}
interface DocumentedOperation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
}
interface Document {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Schema> };
}

/** One operation of openapi.yaml. */
export interface Operation {
  id: string;
  method: string;
  /** With its placeholders, `/api/plugins/{x}`. */
  path: string;
}

/** A request as the explorer shows it before anything is typed in. */
export interface ShownRequest extends Operation {
  /** With placeholders filled in and with its query. */
  target: string;
  headers: Record<string, string>;
  body?: unknown;
}

const document = projectDocument<Document>();

/** All operations of openapi.yaml, in its order. */
export function documentedOperations(): Operation[] {
  return all().map(([operation]) => operation);
}

/**
 * The requests of all operations as the explorer shows them, one for each example body: those that create first,
 * those that take away last, otherwise in the order of the document.
 * @throws Error when a required parameter has no example
 */
export function shownRequests(): ShownRequest[] {
  const rank = ({ method, path }: Operation): number =>
    method === 'delete' || path.endsWith('/uninstall') ? 2 : method === 'post' && !path.includes('{') ? 0 : 1;
  return all()
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([operation, documented]) => {
      const request = { ...operation, ...filledIn(operation.path, documented.parameters ?? []) };
      const media = documented.requestBody?.content['application/json'];
      return media ? bodiesOf(media).map((body) => ({ ...request, body })) : [request];
    });
}

function all(): [Operation, DocumentedOperation][] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, documented]): [Operation, DocumentedOperation] => [
      { id: documented.operationId, method, path },
      documented,
    ]),
  );
}

function filledIn(path: string, parameters: Parameter[]): Pick<ShownRequest, 'target' | 'headers'> {
  let target = path;
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const { name, in: place, required, example, schema } of parameters) {
    const value = example ?? schema.example ?? schema.default;
    if (value === undefined && required) throw new Error(`${path}: ${name} is required and has no example`);
    if (value === undefined) continue;
    const text = String(value);
    if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(text));
    else if (place === 'query') query.set(name, text);
    else headers[name] = text;
  }
  return { target: query.size > 0 ? `${target}?${query.toString()}` : target, headers };
}

function bodiesOf({ schema, examples }: Media): unknown[] {
  return examples ? Object.values(examples).map(({ value }) => value) : [sample(schema)];
}

/** What the explorer makes of a schema: the example where there is one, otherwise one from the pieces. */
function sample(schema: Schema): unknown {
  const { $ref, allOf, example, default: fallback, enum: values, properties, items, type } = schema;
  if (example !== undefined || fallback !== undefined) return example ?? fallback;
  const name = /^#\/components\/schemas\/(.+)$/.exec($ref ?? allOf?.[0]?.$ref ?? '')?.[1];
  if (name !== undefined) return sample(document.components.schemas[name] ?? {});
  if (values) return values[0];
  if (properties)
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, sample(value)]));
  if (items) return [sample(items)];
  return PLAIN[String(type)];
}

const PLAIN: Readonly<Record<string, unknown>> = { string: 'string', boolean: true, integer: 0, number: 0 };
