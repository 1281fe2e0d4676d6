import type { JsonObject } from './json.js';

export type ParameterType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'any';

/** One setting that a plugin takes. */
export interface Parameter {
  readonly key: string;
  readonly type: ParameterType;
  readonly label?: string;
  readonly description: string;
  readonly required: boolean;
  readonly sensitive: boolean;
  readonly default?: unknown;
  readonly options?: readonly unknown[];
  /** Where secrets lie inside the value, as path segments, `*` for any key or index. Not shown to clients. */
  readonly secretPaths?: readonly (readonly string[])[];
}

/** What a plugin says about its settings, and where it says it. */
export interface ParameterSet {
  readonly source: 'schema' | 'package' | 'manifest' | 'config';
  /** True where the plugin itself lists its parameters; false where they are guessed from its config. */
  readonly declared: boolean;
  /** True where keys outside the list may be set. */
  readonly acceptsUnknown: boolean;
  readonly parameters: readonly Parameter[];
  /** The JSON Schema that they were read from; it checks more than the list can say. */
  readonly schema: JsonObject | null;
  /** Keys of stored values that were secret when they were set; they stay so until they are set anew. */
  readonly kept?: ReadonlySet<string>;
}

/** A plugin with more parameters than this has the rest left out; keys left out cannot be set. */
export const MAX_PARAMETERS = 1000;

/** Names that would reach an object's prototype in careless code: refused everywhere. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Unset is what a plugin would not find: absent, null or the empty text. */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
