import { type JsonObject, isJsonObject, own } from './json.js';
import {
  FORBIDDEN_KEYS,
  MAX_PARAMETERS,
  type Parameter,
  type ParameterSet,
  type ParameterType,
} from './parameter.js';
import { isSensitiveKey } from './sensitive-key.js';

const MAX_TEXT = 2000;
const MAX_KEY = 256;
const MAX_OPTIONS = 200;

const TYPES: Readonly<Record<string, ParameterType>> = {
  string: 'string',
  text: 'string',
  url: 'string',
  number: 'number',
  float: 'number',
  integer: 'integer',
  int: 'integer',
  boolean: 'boolean',
  bool: 'boolean',
  object: 'object',
  json: 'object',
  array: 'array',
};
/** Types that say "secret" where others put the flag. */
const SECRET_TYPES = new Set(['secret', 'password']);

/**
 * Reads `agentConfig.pluginParameters`: an object of entries by key, or a list of entries with a `key` or
 * `name`. An entry may be anything; what it fails to say is guessed from its name.
 * @returns null where the package lists nothing
 */
export function packageParameters(pluginParameters: unknown): ParameterSet | null {
  const entries = entriesOf(pluginParameters);
  if (entries.length === 0) return null;
  const parameters = entries.map(([key, entry]) => packageParameter(key, entry));
  return { source: 'package', declared: true, acceptsUnknown: false, parameters, schema: null };
}

/** The usable entries of a description, each key once, at most MAX_PARAMETERS. */
export function entriesOf(description: unknown): [string, unknown][] {
  const named: [unknown, unknown][] = Array.isArray(description)
    ? description.map((entry: unknown) => [nameOf(entry), entry])
    : isJsonObject(description)
      ? Object.entries(description)
      : [];
  const usable = new Map<string, unknown>();
  for (const [key, entry] of named)
    if (isUsableKey(key) && !usable.has(key) && usable.size < MAX_PARAMETERS) usable.set(key, entry);
  return [...usable];
}

export function isUsableKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && key.length <= MAX_KEY && !FORBIDDEN_KEYS.has(key);
}

/** Text of a description, cut to what a console can show; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : '';
}

/** `true` and `"true"`, as hand-written manifests have both; undefined for anything else. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function packageParameter(key: string, entry: unknown): Parameter {
  const said = isJsonObject(entry) ? entry : {};
  const typeName = textOf(own(said, 'type')).toLowerCase();
  const type = (Object.hasOwn(TYPES, typeName) ? TYPES[typeName] : undefined) ?? 'string';
  const guess = SECRET_TYPES.has(typeName) || (type !== 'boolean' && isSensitiveKey(key));
  return {
    key,
    type,
    description: textOf(own(said, 'description')) || textOf(entry),
    required: flagOf(own(said, 'required')) ?? false,
    sensitive: flagOf(own(said, 'sensitive')) ?? flagOf(own(said, 'secret')) ?? guess,
    ...extrasOf(said),
  };
}

function extrasOf(said: JsonObject): Pick<Parameter, 'label' | 'default' | 'options'> {
  const label = textOf(own(said, 'label')) || textOf(own(said, 'title'));
  const options = optionsOf(own(said, 'options') ?? own(said, 'enum'));
  const fallback = own(said, 'default');
  return {
    ...(label && { label }),
    ...(isScalar(fallback) && fallback !== '' && { default: fallback }),
    ...(options && { options }),
  };
}

function nameOf(entry: unknown): unknown {
  if (typeof entry === 'string') return entry;
  return isJsonObject(entry) ? (own(entry, 'key') ?? own(entry, 'name')) : undefined;
}

function optionsOf(value: unknown): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const options = value
    .map((option: unknown) => (isJsonObject(option) ? own(option, 'value') : option))
    .filter(isScalar)
    .slice(0, MAX_OPTIONS);
  return options.length > 0 ? options : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
