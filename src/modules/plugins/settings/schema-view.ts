import { type JsonObject, isJsonObject, own } from './json.js';

const MAX_FACETS = 64;
const MAX_SHAPES = 500;

/** What the schemas that apply to one object say about its properties. */
export interface ObjectShape {
  readonly properties: Map<string, unknown>;
  readonly required: Set<string>;
  /** `additionalProperties: false` stands somewhere. */
  readonly closed: boolean;
  /** `additionalProperties` is true or a schema, or there are `patternProperties`. */
  readonly open: boolean;
}

/**
 * Reads a JSON Schema as a description, not as a check: which properties an object has, which schemas speak
 * of one value. It follows local references and stops at cycles; a malformed schema describes less.
 */
export class SchemaView {
  constructor(private readonly root: JsonObject) {}

  /** The schema itself and those that apply beside it (`$ref`, `allOf`), nearest first. */
  facets(schema: unknown): JsonObject[] {
    const found = new Set<JsonObject>();
    const pending = [schema].filter(isJsonObject);
    for (let next = pending.shift(); next && found.size < MAX_FACETS; next = pending.shift()) {
      if (found.has(next)) continue;
      found.add(next);
      const beside = [this.resolve(own(next, '$ref')), ...listOf(own(next, 'allOf'))];
      pending.push(...beside.filter(isJsonObject));
    }
    return [...found];
  }

  /** Properties of the object that `schema` describes; those of alternatives are optional. */
  objectShape(schema: unknown): ObjectShape {
    const shape = {
      properties: new Map<string, unknown>(),
      required: new Set<string>(),
      closed: false,
      open: false,
    };
    const seen = new Set<JsonObject>();
    const pending = [{ schema, certain: true }];
    for (let next = pending.shift(); next && seen.size < MAX_SHAPES; next = pending.shift()) {
      for (const facet of this.facets(next.schema)) {
        if (seen.has(facet)) continue;
        seen.add(facet);
        addFacet(shape, facet, next.certain);
        pending.push(
          ...alternativesOf(facet).map((alternative) => ({ schema: alternative, certain: false })),
        );
      }
    }
    return shape;
  }

  /** What lies below: properties by name, elements and unnamed properties as `*`. */
  children(schema: unknown): [string, unknown][] {
    const shape = this.objectShape(schema);
    const facets = [schema, ...this.facets(schema).flatMap(alternativesOf)].flatMap((part) =>
      this.facets(part),
    );
    const unnamed = facets.flatMap((facet) => [
      ...[own(facet, 'items')].flat(),
      ...listOf(own(facet, 'prefixItems')),
      own(facet, 'additionalItems'),
      own(facet, 'additionalProperties'),
      ...valuesOf(own(facet, 'patternProperties')),
    ]);
    return [
      ...shape.properties,
      ...unnamed.filter(isJsonObject).map((child): [string, unknown] => ['*', child]),
    ];
  }

  /** The target of a local reference (`#/$defs/x`, RFC 6901); undefined for any other. */
  private resolve(reference: unknown): unknown {
    if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined;
    let target: unknown = this.root;
    for (const segment of reference.split('/').slice(1)) {
      const key = decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~');
      target = Array.isArray(target)
        ? (target as unknown[])[Number(key)]
        : isJsonObject(target)
          ? own(target, key)
          : undefined;
    }
    return target;
  }
}

function addFacet(
  shape: { -readonly [K in keyof ObjectShape]: ObjectShape[K] },
  facet: JsonObject,
  certain: boolean,
): void {
  const properties = own(facet, 'properties');
  for (const [key, described] of isJsonObject(properties) ? Object.entries(properties) : []) {
    if (!shape.properties.has(key)) shape.properties.set(key, described);
    // As draft-03 has it, and many who write by hand.
    if (certain && isJsonObject(described) && own(described, 'required') === true) shape.required.add(key);
  }
  if (certain)
    for (const key of listOf(own(facet, 'required'))) if (typeof key === 'string') shape.required.add(key);
  const additional = own(facet, 'additionalProperties');
  if (additional === false) shape.closed = true;
  if (additional === true || isJsonObject(additional) || isJsonObject(own(facet, 'patternProperties')))
    shape.open = true;
}

function alternativesOf(facet: JsonObject): unknown[] {
  const branches = ['anyOf', 'oneOf'].flatMap((keyword) => listOf(own(facet, keyword)));
  return [
    ...branches,
    own(facet, 'if'),
    own(facet, 'then'),
    own(facet, 'else'),
    ...valuesOf(own(facet, 'dependentSchemas')),
  ];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function valuesOf(value: unknown): unknown[] {
  return isJsonObject(value) ? Object.values(value) : [];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
