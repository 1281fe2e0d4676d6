import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '../../../platform/http/errors.js';
import { fieldUnder, guardConfig, refuseConfig } from './config-guard.js';
import { type JsonObject, isJsonObject, own } from './json.js';
import { MaskRestorer } from './masks.js';
import { isUnset, type Parameter, type ParameterSet } from './parameter.js';
import { rootPositions } from './position.js';

export interface MergedConfig {
  readonly config: JsonObject;
  /** Top-level keys whose value is another than before; empty when nothing changed. */
  readonly changed: readonly string[];
}

const MAX_NAMES = 20;
/** Of a setting that is required: what is wrong with clearing it. */
export const CANNOT_CLEAR = 'is required and cannot be cleared: send a value';

/**
 * Merges by top-level key, as PUT does: a key that is sent replaces the stored value whole, null or the empty
 * text clears it unless it is required, a mask keeps the secret it stands for, at any depth. The inputs are left alone.
 * @param set of the plugin as it is stored; where it declares nothing, of `stored`
 * @throws Unprocessable `config_key_forbidden` or `config_invalid` with all problems; nothing is merged then
 */
export function mergeConfig(stored: JsonObject, patch: JsonObject, set: ParameterSet): MergedConfig {
  guardConfig(patch);
  return merge(stored, patch, set);
}

/**
 * Merges as JSON Merge Patch (RFC 7396) does: objects merge at every level, null removes, anything else
 * replaces. Masks and clearing by the empty text at the top level follow the rules of `mergeConfig`.
 * @throws Unprocessable as `mergeConfig`
 */
export function mergePatchConfig(stored: JsonObject, patch: JsonObject, set: ParameterSet): MergedConfig {
  guardConfig(patch);
  const entries = Object.entries(patch).map(
    ([key, value]) => [key, value === null ? null : mergePatch(own(stored, key), value)] as const,
  );
  return merge(stored, Object.fromEntries(entries), set);
}

function merge(stored: JsonObject, patch: JsonObject, set: ParameterSet): MergedConfig {
  const positionOf = rootPositions(set);
  const restorer = new MaskRestorer();
  const merged = new Map(Object.entries(stored));
  const unknown: string[] = [];
  const required: string[] = [];
  const byKey = new Map(set.parameters.map((parameter) => [parameter.key, parameter]));
  const known = (key: string): boolean => !set.declared || set.acceptsUnknown || byKey.has(key);
  for (const [key, sent] of Object.entries(patch)) {
    const before = own(stored, key);
    if (isLacking(sent, byKey.get(key))) required.push(key);
    if (clears(sent, byKey.get(key))) {
      if (before === undefined && !known(key)) unknown.push(key);
      merged.delete(key);
      continue;
    }
    const [here, there] = [positionOf(patch, key), positionOf(stored, key)];
    const value = restorer.restore({
      incoming: sent,
      stored: before,
      here,
      there,
      field: fieldUnder('config', key),
    });
    const isNew = !isDeepStrictEqual(before, value);
    if (isNew && !known(key)) unknown.push(key);
    if (isNew) merged.set(key, structuredClone(value));
  }
  const problems = [
    ...unknown.slice(0, MAX_NAMES).map((key) => unknownKey(key, set)),
    ...required.map((key) => ({ field: fieldUnder('config', key), message: CANNOT_CLEAR })),
    ...restorer.problems,
  ];
  if (problems.length > 0) refuseConfig(problems);
  const config = Object.fromEntries(merged);
  const changed = Object.keys(patch).filter((key) => !isDeepStrictEqual(own(stored, key), own(config, key)));
  if (changed.length > 0) guardConfig(config);
  return { config, changed };
}

/** Whether a required setting is sent blank. One that falls back to a default never lacks a value. */
function isLacking(value: unknown, parameter: Parameter | undefined): boolean {
  if (!parameter?.required || !isUnset(parameter.default) || parameter.options?.includes(value)) return false;
  return value === null || (typeof value === 'string' && value.trim() === '');
}

/** The empty text clears, unless it is one of the options that the plugin offers. */
function clears(value: unknown, parameter: Parameter | undefined): boolean {
  return value === null || (value === '' && !parameter?.options?.includes(''));
}

function unknownKey(key: string, set: ParameterSet): FieldProblem {
  const names = set.parameters.map((parameter) => parameter.key);
  const twin = names.find((name) => name.toLowerCase() === key.toLowerCase());
  const known = names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ' …' : '');
  const advice = twin ? `did you mean ${twin}?` : known ? `it takes ${known}` : 'it takes none';
  return { field: fieldUnder('config', key), message: `is not a setting of this plugin: ${advice}` };
}

/** RFC 7396, section 2. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch))
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  return Object.fromEntries(result);
}
