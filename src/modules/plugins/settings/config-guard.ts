import type { CodeOf } from '../../../platform/http/error-codes.js';
import { type FieldProblem, Unprocessable } from '../../../platform/http/errors.js';
import { isJsonObject } from './json.js';
import { FORBIDDEN_KEYS } from './parameter.js';

const MAX_DEPTH = 32;
const MAX_BYTES = 256 * 1024;
/** Values at any depth: each is looked at a dozen times, for secrets and masks, before a change is made. */
const MAX_VALUES = 10_000;
const MAX_PROBLEMS = 50;
const MAX_NAME = 64;
/** Postgres keeps neither NUL nor half of a surrogate pair in JSON. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

const TOO_MANY = `holds too many values: a config has at most ${MAX_VALUES.toLocaleString('en-US')}, at any depth`;

interface Place {
  readonly value: unknown;
  readonly field: string;
  readonly depth: number;
}

/**
 * Refuses what no config may be: not an object, deeper than 32 levels, with more than 10,000 values, larger than
 * 256 KiB as JSON, with keys that reach a prototype, or with characters that cannot be stored. It walks without
 * recursion.
 * @throws Unprocessable `config_key_forbidden` or `config_invalid`, with all problems found
 */
export function guardConfig(config: unknown): void {
  if (!isJsonObject(config)) refuseConfig([{ field: 'config', message: 'must be an object of settings' }]);
  const problems: FieldProblem[] = [];
  let forbidden = false;
  let values = 0;
  const pending: Place[] = [{ value: config, field: 'config', depth: 0 }];
  for (let place = pending.pop(); place && problems.length < MAX_PROBLEMS; place = pending.pop()) {
    const found = problemOf(place);
    if (found) problems.push(found);
    if (found || typeof place.value !== 'object' || place.value === null) continue;
    values += sizeOf(place.value);
    if (values > MAX_VALUES) refuseConfig([{ field: place.field, message: TOO_MANY }]);
    for (const [key, value] of Object.entries(place.value)) {
      const field = fieldUnder(place.field, key);
      const refused = keyProblem(key, field);
      forbidden ||= FORBIDDEN_KEYS.has(key);
      if (refused) problems.push(refused);
      else pending.push({ value, field, depth: place.depth + 1 });
    }
  }
  if (problems.length > 0) refuseConfig(problems, forbidden ? 'config_key_forbidden' : 'config_invalid');
  guardSize(config);
}

/** @throws Unprocessable with the problems; the first one leads */
export function refuseConfig(problems: readonly FieldProblem[], code: CodeOf<422> = 'config_invalid'): never {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const shown = problems.slice(0, MAX_PROBLEMS);
  throw new Unprocessable(code, `${first?.field} ${first?.message}${more}`, first?.field, shown);
}

/** `config.a.b`; a key that is long or unprintable is shortened, for it comes from outside. */
export function fieldUnder(parent: string, key: string): string {
  const name = key.length > MAX_NAME ? `${key.slice(0, MAX_NAME)}…` : key;
  return `${parent}.${name.replace(/[\p{Cc}\p{Surrogate}]/gu, '�')}`;
}

function problemOf({ value, field, depth }: Place): FieldProblem | undefined {
  if (depth > MAX_DEPTH) return { field, message: `lies deeper than ${MAX_DEPTH} levels: flatten it` };
  if (typeof value === 'string' && UNSTORABLE.test(value))
    return { field, message: 'contains a NUL or half of a surrogate pair: send well-formed Unicode text' };
  if (typeof value === 'number' && !Number.isFinite(value))
    return { field, message: 'must be a finite number' };
  if (['undefined', 'function', 'symbol', 'bigint'].includes(typeof value))
    return { field, message: 'must be a JSON value' };
  return undefined;
}

/** Counted before anything is made of them: a list may have half a million items. */
function sizeOf(value: object): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function keyProblem(key: string, field: string): FieldProblem | undefined {
  if (FORBIDDEN_KEYS.has(key))
    return { field, message: 'is a name that no setting may have: choose another' };
  if (UNSTORABLE.test(key)) return { field, message: 'has a NUL or half of a surrogate pair in its name' };
  return undefined;
}

function guardSize(config: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(config));
  if (bytes <= MAX_BYTES) return;
  const message = `has ${bytes} bytes as JSON; at most ${MAX_BYTES} (256 KiB) are kept`;
  refuseConfig([{ field: 'config', message }]);
}
