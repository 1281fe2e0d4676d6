import { createHash } from 'node:crypto';
import { Ajv, MissingRefError, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { Unprocessable } from '../../../platform/http/errors.js';
import type { ConfigVerdict } from './config-verdict.js';
import { type JsonObject, isJsonObject } from './json.js';
import { PatternError, linearPatterns } from './pattern.js';
import { verdictOf } from './schema-verdict.js';
import { withinTime } from './time-limit.js';

const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 64;
const MAX_CACHED = 200;
const COMPILE_MS = 1000;
const CHECK_MS = 500;

export interface CompiledConfigSchema {
  readonly schema: JsonObject;
  /**
   * @param config what the plugin would be given, defaults included
   * @throws Unprocessable `config_schema_too_slow` when the schema makes the check run away
   */
  check(config: JsonObject): ConfigVerdict;
}

const OPTIONS: Options = {
  strict: false,
  allErrors: true,
  logger: false,
  inlineRefs: false,
  addUsedSchema: false,
  code: { regExp: linearPatterns },
};
const DRAFTS = {
  '2020-12': { Validator: Ajv2020, meta: new Ajv2020({ strict: false, logger: false }) },
  'draft-07': { Validator: Ajv, meta: new Ajv({ strict: false, logger: false }) },
} as const;
const cache = new Map<string, CompiledConfigSchema>();

/**
 * Compiles a plugin's JSON Schema, draft 2020-12 unless its `$schema` names draft-07. Nothing is fetched, and
 * neither compiling nor checking can run away. Equal schemas are compiled once.
 * @param schema an object, or JSON text of one
 * @throws Unprocessable `config_schema_invalid` saying what is wrong with it
 */
export function compileConfigSchema(schema: unknown): CompiledConfigSchema {
  const text = textOf(schema);
  const digest = createHash('sha256').update(text).digest('base64');
  const known = cache.get(digest);
  const compiled = known ?? compile(JSON.parse(text) as unknown);
  // Put last again: a Map keeps its order, so the first entry is the one that was longest not used.
  cache.delete(digest);
  cache.set(digest, compiled);
  const [oldest] = cache.keys();
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
  return compiled;
}

function compile(schema: unknown): CompiledConfigSchema {
  if (!isJsonObject(schema)) throw invalid('must be a JSON Schema in the form of an object');
  if (depthOf(schema) > MAX_DEPTH) throw invalid(`is nested deeper than ${MAX_DEPTH} levels`);
  const { Validator, meta } = draftOf(schema);
  // Its first use compiles the meta-schema, which must not be cut off halfway.
  void meta.validateSchema({});
  const { $schema: _named, ...rest } = schema;
  if (rest['$async'] !== undefined) throw invalid('must not use $async');
  const validate = attempt(() => {
    void meta.validateSchema(rest);
    if (meta.errors) throw new Error(meta.errorsText(meta.errors.slice(0, 5), { dataVar: 'configSchema' }));
    const validator = new Validator({ ...OPTIONS, meta: false, validateSchema: false });
    addFormats.default(validator);
    return validator.compile(rest);
  });
  return { schema, check: (config) => check(validate, config) };
}

function attempt(action: () => ValidateFunction): ValidateFunction {
  let result: ValidateFunction | 'late';
  try {
    result = withinTime(COMPILE_MS, action);
  } catch (error) {
    throw invalid(reasonOf(error), error);
  }
  if (result === 'late') throw invalid('takes too long to compile: make it simpler');
  return result;
}

function check(validate: ValidateFunction, config: JsonObject): ConfigVerdict {
  const tooSlow =
    'The config schema of this plugin takes too long to check against this config: make the schema simpler, or the config smaller.';
  try {
    const found = withinTime(CHECK_MS, () => {
      const valid = validate(config);
      return verdictOf(valid ? [] : (validate.errors ?? []));
    });
    if (found !== 'late') return found;
  } catch (error) {
    // A schema that refers to itself without going deeper into the data exhausts the stack.
    if (!isRangeError(error)) throw error;
  }
  throw new Unprocessable('config_schema_too_slow', tooSlow, 'configSchema');
}

function draftOf(schema: JsonObject): (typeof DRAFTS)[keyof typeof DRAFTS] {
  const named = schema['$schema'] ?? 'https://json-schema.org/draft/2020-12/schema';
  const uri = typeof named === 'string' ? named.replace(/^http:/, 'https:').replace(/#$/, '') : '';
  if (uri === 'https://json-schema.org/draft/2020-12/schema') return DRAFTS['2020-12'];
  if (uri === 'https://json-schema.org/draft-07/schema') return DRAFTS['draft-07'];
  throw invalid(
    'names a $schema that is not supported: use https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#',
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof MissingRefError)
    return `refers to ${JSON.stringify(error.missingRef.slice(0, 200))}: only references inside the schema (#/…) are followed, nothing is fetched`;
  if (isRangeError(error)) return 'refers to itself without end';
  if (error instanceof PatternError) return `is not usable: ${error.message}`;
  return `is not a valid JSON Schema: ${error instanceof Error ? error.message.slice(0, 500) : 'unreadable'}`;
}

function textOf(schema: unknown): string {
  const text = typeof schema === 'string' ? schema : written(schema);
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalid(`is larger than ${MAX_BYTES} bytes (64 KiB)`);
  if (typeof schema !== 'string') return text;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw invalid('must be JSON text of a JSON Schema; this is no JSON', error);
  }
}

function written(schema: unknown): string {
  try {
    return schema === undefined ? 'null' : JSON.stringify(schema);
  } catch (error) {
    throw invalid('must be JSON, not nested without end', error);
  }
}

function depthOf(schema: JsonObject): number {
  let depth = 0;
  let level: unknown[] = [schema];
  while (level.length > 0 && depth <= MAX_DEPTH + 1) {
    depth += 1;
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return depth - 1;
}

/** By name: the error may come from another realm than this one. */
function isRangeError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'RangeError';
}

function invalid(problem: string, cause?: unknown): Unprocessable {
  return new Unprocessable('config_schema_invalid', `configSchema ${problem}.`, 'configSchema', [], {
    cause,
  });
}
