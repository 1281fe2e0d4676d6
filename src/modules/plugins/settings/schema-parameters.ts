import { parseExactly } from '../../../platform/exact-numbers.js';
import { type JsonObject, isJsonObject, own } from './json.js';
import { flagOf, isUsableKey, textOf } from './package-parameters.js';
import { MAX_PARAMETERS, type Parameter, type ParameterSet, type ParameterType } from './parameter.js';
import { SchemaView } from './schema-view.js';
import { isSensitiveKey } from './sensitive-key.js';

const MAX_OPTIONS = 200;
const MAX_SECRET_DEPTH = 8;
const MAX_NODES = 5000;
/** The words without which a schema declares nothing secret, and need not be searched. */
const SECRET_WORDS = /"(?:password|writeOnly|x-sensitive|x-secret|sensitive)"/;
const TYPES: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array']);

/** How many schemas may still be searched; 0 from the start where there is nothing to find. */
interface Budget {
  nodes: number;
}

/**
 * Reads the parameters that a JSON Schema describes: its properties, through local references and `allOf`;
 * those of alternatives (`anyOf`, `oneOf`, `if`) count as optional.
 * @param configSchema an object or JSON text; anything else, and a schema without properties, lists nothing
 * @returns null where it lists nothing and closes nothing
 */
export function schemaParameters(configSchema: unknown): ParameterSet | null {
  const schema = parsed(configSchema);
  if (!schema) return null;
  const view = new SchemaView(schema);
  const { properties, required, closed, open } = view.objectShape(schema);
  if (properties.size === 0 && !closed) return null;
  const budget: Budget = { nodes: SECRET_WORDS.test(JSON.stringify(schema)) ? MAX_NODES : 0 };
  const parameters = [...properties]
    .filter(([key]) => isUsableKey(key))
    .slice(0, MAX_PARAMETERS)
    .map(([key, described]) =>
      schemaParameter(view, key, described, { required: required.has(key), budget }),
    );
  return { source: 'schema', declared: true, acceptsUnknown: open && !closed, parameters, schema };
}

function parsed(configSchema: unknown): JsonObject | null {
  if (typeof configSchema !== 'string') return isJsonObject(configSchema) ? configSchema : null;
  try {
    const schema = parseExactly(configSchema);
    return isJsonObject(schema) ? schema : null;
  } catch {
    return null;
  }
}

interface Surroundings {
  readonly required: boolean;
  readonly budget: Budget;
}

function schemaParameter(
  view: SchemaView,
  key: string,
  described: unknown,
  { required, budget }: Surroundings,
): Parameter {
  const facets = view.facets(described);
  const options = optionsOf(facets);
  const type = typeOf(facets, options) ?? commonType(view, facets);
  const label = firstText(facets, 'title');
  const sensitive = secrecyOf(facets) ?? (type !== 'boolean' && isSensitiveKey(key));
  const fallback = facets.map((facet) => own(facet, 'default')).find((value) => value !== undefined);
  const secretPaths =
    sensitive || budget.nodes === 0 ? [] : secretPathsOf(view, described, { path: [], found: [], budget });
  return {
    key,
    type,
    ...(label && { label }),
    description: firstText(facets, 'description'),
    required,
    sensitive,
    ...(fallback !== undefined && fallback !== null && { default: fallback }),
    ...(options.length > 0 && { options }),
    ...(secretPaths.length > 0 && { secretPaths }),
  };
}

/** What the schema itself says about secrecy; undefined where it says nothing. */
function secrecyOf(facets: readonly JsonObject[]): boolean | undefined {
  const said = facets.flatMap((facet) => [
    own(facet, 'format') === 'password' || own(facet, 'writeOnly') === true ? true : undefined,
    flagOf(own(facet, 'x-sensitive')),
    flagOf(own(facet, 'x-secret')),
    flagOf(own(facet, 'sensitive')),
  ]);
  if (said.includes(true)) return true;
  return said.includes(false) ? false : undefined;
}

interface Search {
  readonly path: readonly string[];
  readonly found: (readonly string[])[];
  readonly budget: Budget;
}

/**
 * Paths below `described` to values that the schema declares secret. A schema that refers to itself unfolds
 * without end: where the search stops, everything below counts as secret.
 */
function secretPathsOf(view: SchemaView, described: unknown, search: Search): (readonly string[])[] {
  const { path, found, budget } = search;
  for (const [segment, child] of view.children(described)) {
    const below = [...path, segment];
    const stop = below.length >= MAX_SECRET_DEPTH || budget.nodes <= 1;
    const secret = secrecyOf(view.facets(child)) === true || (stop && view.children(child).length > 0);
    budget.nodes = Math.max(1, budget.nodes - 1);
    if (secret) found.push(below);
    else if (!stop) secretPathsOf(view, child, { path: below, found, budget });
  }
  return found;
}

/** The type that all alternatives have, null aside, as optional values are often declared. */
function commonType(view: SchemaView, facets: readonly JsonObject[]): ParameterType {
  const branches = facets
    .flatMap((facet) => [own(facet, 'anyOf'), own(facet, 'oneOf')])
    .filter(Array.isArray);
  const types = branches
    .flat()
    .map((branch: unknown) => view.facets(branch))
    .filter((branch) => branch.every((facet) => own(facet, 'type') !== 'null'))
    .map((branch) => typeOf(branch, optionsOf(branch)));
  const [first] = types;
  return first !== undefined && types.every((type) => type === first) ? first : 'any';
}

function typeOf(facets: readonly JsonObject[], options: readonly unknown[]): ParameterType | undefined {
  for (const facet of facets) {
    const said = own(facet, 'type');
    const names: unknown[] = Array.isArray(said) ? said : [said];
    const name = names.find((item) => typeof item === 'string' && TYPES.has(item));
    if (name !== undefined) return name as ParameterType;
    if (isJsonObject(own(facet, 'properties'))) return 'object';
  }
  const [sample] = options;
  const guess = typeof sample;
  return guess === 'string' || guess === 'number' || guess === 'boolean' ? guess : undefined;
}

/** The values of `enum`, `const`, and of `oneOf`/`anyOf` whose branches are all constants. */
function optionsOf(facets: readonly JsonObject[]): unknown[] {
  for (const facet of facets) {
    const listed = own(facet, 'enum');
    if (Array.isArray(listed)) return listed.slice(0, MAX_OPTIONS);
    if (Object.hasOwn(facet, 'const')) return [own(facet, 'const')];
    for (const branches of [own(facet, 'oneOf'), own(facet, 'anyOf')]) {
      const constants = constantsOf(branches);
      if (constants.length > 0) return constants;
    }
  }
  return [];
}

/** The constants of `[{"const": …}, …]`; none where a branch is anything else. */
function constantsOf(branches: unknown): unknown[] {
  const list: unknown[] = Array.isArray(branches) ? branches : [];
  const isConstant = (branch: unknown): branch is JsonObject =>
    isJsonObject(branch) && Object.hasOwn(branch, 'const');
  if (!list.every(isConstant)) return [];
  return list.slice(0, MAX_OPTIONS).map((branch) => own(branch, 'const'));
}

function firstText(facets: readonly JsonObject[], name: string): string {
  return facets.map((facet) => textOf(own(facet, name))).find((text) => text !== '') ?? '';
}
