import type { FieldProblem } from '../../../platform/http/errors.js';
import { fieldUnder } from './config-guard.js';
import type { ConfigVerdict } from './config-verdict.js';
import { type JsonObject, isJsonObject, own } from './json.js';
import { type Parameter, type ParameterSet, type ParameterType, isUnset } from './parameter.js';
import { readValue } from './setting-value.js';

const MAX_LISTED = 20;

const IS_OF: Readonly<Record<ParameterType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  object: (value) => isJsonObject(value),
  array: (value) => Array.isArray(value),
  any: () => true,
};
const WANTED: Readonly<Record<ParameterType, string>> = {
  string: 'text in quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  any: 'a value',
};

/**
 * Checks a config against declared parameters where there is no JSON Schema. Text counts as what `readValue` reads.
 * @param config what the plugin would be given, defaults included
 */
export function checkParameters(config: JsonObject, set: ParameterSet): ConfigVerdict {
  const missing: FieldProblem[] = [];
  const problems: FieldProblem[] = [];
  if (!set.declared) return { missing, problems };
  for (const parameter of set.parameters) {
    const field = fieldUnder('config', parameter.key);
    const value = readValue(parameter, own(config, parameter.key));
    const message = isUnset(value) ? undefined : problemOf(parameter, value);
    if (message !== undefined) problems.push({ field, message });
    else if (parameter.required && isUnset(value))
      missing.push({ field, message: 'is required and not set' });
  }
  return { missing, problems };
}

function problemOf({ type, options, sensitive }: Parameter, value: unknown): string | undefined {
  if (!IS_OF[type](value)) return `must be ${WANTED[type]}`;
  if (!options || options.some((option) => matches(option, value))) return undefined;
  if (sensitive) return 'must be one of the values that the plugin allows';
  const listed = options.slice(0, MAX_LISTED).map((option) => JSON.stringify(option));
  return `must be one of ${listed.join(', ')}${options.length > MAX_LISTED ? ' …' : ''}`;
}

/** An option matches its own text as well: `5` and `"5"`. */
function matches(option: unknown, value: unknown): boolean {
  const [wanted, given] = [JSON.stringify(option), JSON.stringify(value)];
  return wanted === given || wanted === value || given === option;
}
