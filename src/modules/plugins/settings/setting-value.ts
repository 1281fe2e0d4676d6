import { isExactNumber } from '../../../platform/exact-numbers.js';
import { type JsonObject, mapObject } from './json.js';
import type { Parameter, ParameterSet } from './parameter.js';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const INTEGER = /^[+-]?\d+$/;
const BOOLEAN = /^(?:true|false)$/i;

/**
 * Reads text as the number, boolean or option that a parameter is declared to be. Consoles send everything as text, as
 * environment variables are: `"5"` is a number where one is declared, and `"true"` a boolean. The other way round
 * nothing is read: a number is no text.
 * @returns the value itself where it is no text, or text of something else
 */
export function readValue({ type, options }: Parameter, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (type === 'number' && NUMBER.test(text)) return Number(text);
  if (type === 'integer' && INTEGER.test(text)) return Number(text);
  if (type === 'boolean' && BOOLEAN.test(text)) return text.toLowerCase() === 'true';
  if (!options || options.includes(value)) return value;
  return options.find((option) => JSON.stringify(option) === text) ?? value;
}

/** Settings with each value read as its parameter declares it. */
export function readValues(config: JsonObject, set: ParameterSet): JsonObject {
  const byKey = new Map(set.parameters.map((parameter) => [parameter.key, parameter]));
  return mapObject(config, (value, key) => {
    const parameter = byKey.get(key);
    return parameter ? readValue(parameter, value) : value;
  });
}

/** As `readValues`, but integers with more digits than a number keeps stay text. */
export function readExactValues(config: JsonObject, set: ParameterSet): JsonObject {
  const read = readValues(config, set);
  return mapObject(config, (value, key) => (isInexactText(value) ? value : read[key]));
}

function isInexactText(value: unknown): boolean {
  return typeof value === 'string' && !isExactNumber(value.trim().replace(/^\+/, ''));
}
