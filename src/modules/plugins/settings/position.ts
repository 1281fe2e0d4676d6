import { type JsonObject, isJsonObject, own } from './json.js';
import type { Parameter, ParameterSet } from './parameter.js';
import { looksSecret } from './secret-value.js';
import { isSensitiveKey } from './sensitive-key.js';

/**
 * A place inside a config, with what is known of its secrecy. Masking, restoring masks, sealing and log
 * scrubbing all walk with it, so that they cannot disagree about what is a secret.
 */
export interface Position {
  /** Everything from here down is secret. */
  readonly sensitive: boolean;
  /** Paths from here to declared secrets, `*` for any key or index. */
  readonly paths: readonly (readonly string[])[];
}

/** Fields that name what lies in `value` beside them: `{"name": "API_KEY", "value": "…"}`. */
const LABELS = ['name', 'key', 'header'];

/**
 * The positions of a config's top-level values. A declared parameter is as sensitive as it says; a key that
 * nobody declared is judged by its name each time, for it may hold a flag today and a token tomorrow.
 */
export function rootPositions(set: ParameterSet): (config: JsonObject, key: string) => Position {
  const declared = new Map<string, Parameter>();
  if (set.declared) for (const parameter of set.parameters) declared.set(parameter.key, parameter);
  return (config, key) => {
    if (set.kept?.has(key)) return { sensitive: true, paths: [] };
    const parameter = declared.get(key);
    // Labels do not count here: what stands beside a setting must not decide whether it is shown.
    if (!parameter) return { sensitive: isSensitiveKey(key) && !isFlag(config, key), paths: [] };
    return { sensitive: parameter.sensitive, paths: parameter.secretPaths ?? [] };
  };
}

/** The position of what lies under `key` in `container`, an object or array that stands at `parent`. */
export function childPosition(parent: Position, container: unknown, key: string): Position {
  if (parent.sensitive) return parent;
  const paths = parent.paths.filter(([head]) => head === key || head === '*').map((path) => path.slice(1));
  const declared = paths.some((path) => path.length === 0);
  return { sensitive: declared || guessed(container, key), paths };
}

/** True when the value, which stands at `position` and is no object or array, must not be shown. */
export function isSecret(value: unknown, position: Position): boolean {
  if (value === undefined || value === null) return false;
  return position.sensitive || looksSecret(value);
}

/** True when anything at or below `position` must not be shown. */
export function holdsSecret(value: unknown, position: Position): boolean {
  if (typeof value !== 'object' || value === null) return isSecret(value, position);
  return Object.entries(value).some(([key, child]) =>
    holdsSecret(child, childPosition(position, value, key)),
  );
}

function guessed(container: unknown, key: string): boolean {
  if (Array.isArray(container)) return isValueOfOption(container, Number(key));
  if (!isJsonObject(container)) return false;
  if (isFlag(container, key)) return false;
  const label = labelOf(container);
  if (label === undefined) return isSensitiveKey(key);
  if (key === 'value') return isSensitiveKey(own(container, label) as string);
  return key !== label && isSensitiveKey(key);
}

/** `["--token", "abc"]`: what follows the name of a secret in a list of arguments, unless it is the next option. */
function isValueOfOption(list: readonly unknown[], index: number): boolean {
  const [option, value] = [list[index - 1], list[index]];
  if (typeof option !== 'string' || !/^--?[A-Za-z][\w-]{0,99}$/.test(option)) return false;
  if (typeof value === 'boolean' || (typeof value === 'string' && /^--?[A-Za-z]/.test(value))) return false;
  return isSensitiveKey(option);
}

/** A flag named after a secret (`auth: true`) tells nothing; everything else under such a name might. */
function isFlag(container: JsonObject, key: string): boolean {
  return typeof own(container, key) === 'boolean';
}

function labelOf(container: JsonObject): string | undefined {
  if (!Object.hasOwn(container, 'value')) return undefined;
  return LABELS.find((label) => typeof own(container, label) === 'string');
}

/**
 * The set with the secrets that it does not call so, because other code declared them: they stay secret.
 * @param wasSecret whether the value under a key of `config` was a secret when it was set
 */
export function keepingSecrets(
  set: ParameterSet,
  config: JsonObject,
  wasSecret: (key: string) => boolean,
): ParameterSet {
  const positionOf = rootPositions(set);
  const kept = Object.entries(config).filter(
    ([key, value]) => wasSecret(key) && !holdsSecret(value, positionOf(config, key)),
  );
  return kept.length > 0 ? { ...set, kept: new Set(kept.map(([key]) => key)) } : set;
}
