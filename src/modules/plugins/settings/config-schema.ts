import { createHash } from 'node:crypto';
import { Ajv, MissingRefError, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import { default as AjvDraft04 } from 'ajv-draft-04';
import { default as addFormats } from 'ajv-formats';
import { Unprocessable } from '../../../platform/http/errors.js';
import type { ConfigVerdict } from './config-verdict.js';
import { type JsonObject, isJsonObject } from './json.js';
import { PatternError, linearPatterns } from './pattern.js';
import { invalidSchema, schemaText } from './schema-text.js';
import { verdictOf } from './schema-verdict.js';
import { withinTime } from './time-limit.js';

const MAX_DEPTH = 64;
/** What compiled schemas may come to in memory, and what one does: so much in any case, and so much a byte of text. */
const [MAX_CACHED_BYTES, BASE_BYTES, BYTES_PER_BYTE] = [48 * 1024 * 1024, 192 * 1024, 32];
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
/** Each draft's validator, by the `$schema` that names it, https and without the last `#`. */
const DRAFTS: Readonly<Record<string, (options: Options) => Ajv>> = {
  'https://json-schema.org/draft-04/schema': (options) => new AjvDraft04.default(options),
  // What draft-07 added to draft-06 are keywords that no older schema has.
  'https://json-schema.org/draft-06/schema': (options) => new Ajv({ meta: draft06, ...options }),
  'https://json-schema.org/draft-07/schema': (options) => new Ajv(options),
  'https://json-schema.org/draft/2019-09/schema': (options) => new Ajv2019(options),
  'https://json-schema.org/draft/2020-12/schema': (options) => new Ajv2020(options),
};
const DEFAULT_DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** By draft, what checks schemas themselves. */
const metaValidators = new Map<string, Ajv>();
const cache = new Map<string, CompiledConfigSchema & { bytes: number }>();
let cachedBytes = 0;

/**
 * Compiles a plugin's JSON Schema, draft 2020-12 unless its `$schema` names an older one. Nothing is fetched, and neither
 * compiling nor checking can run away; still both take as long as a stranger decides, so it is for the thread of
 * `ConfigSchemas`. Equal schemas are compiled once, and only what compiles is kept.
 * @param schema an object, or JSON text of one
 * @throws Unprocessable `config_schema_invalid` saying what is wrong with it
 */
export function compileConfigSchema(schema: unknown): CompiledConfigSchema {
  const text = schemaText(schema);
  const digest = createHash('sha256').update(text).digest('base64');
  const known = cache.get(digest);
  const bytes = BASE_BYTES + BYTES_PER_BYTE * text.length;
  const compiled = known ?? { ...compile(JSON.parse(text) as unknown), bytes };
  // Put last again: a Map keeps its order, so the first entry is the one that was longest not used.
  cache.delete(digest);
  cache.set(digest, compiled);
  if (!known) cachedBytes += bytes;
  for (const [oldest, entry] of cache) {
    if (cachedBytes <= MAX_CACHED_BYTES) break;
    cache.delete(oldest);
    cachedBytes -= entry.bytes;
  }
  return compiled;
}

function compile(schema: unknown): CompiledConfigSchema {
  if (!isJsonObject(schema)) throw invalidSchema('must be a JSON Schema in the form of an object');
  if (depthOf(schema) > MAX_DEPTH) throw invalidSchema(`is nested deeper than ${MAX_DEPTH} levels`);
  const draft = draftOf(schema);
  const newValidator = DRAFTS[draft] as (options: Options) => Ajv;
  const meta = metaValidators.get(draft) ?? newValidator({ strict: false, logger: false });
  metaValidators.set(draft, meta);
  // Its first use compiles the meta-schema, which must not be cut off halfway.
  void meta.validateSchema({});
  const { $schema: _named, ...rest } = schema;
  if (rest['$async'] !== undefined) throw invalidSchema('must not use $async');
  const validate = attempt(() => {
    void meta.validateSchema(rest);
    if (meta.errors) throw new Error(meta.errorsText(meta.errors.slice(0, 5), { dataVar: 'configSchema' }));
    const validator = newValidator({ ...OPTIONS, meta: false, validateSchema: false });
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
    throw invalidSchema(reasonOf(error), error);
  }
  if (result === 'late') throw invalidSchema('takes too long to compile: make it simpler');
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
  } finally {
    // A validator keeps the errors of its last run, which may be millions.
    validate.errors = null;
  }
  throw new Unprocessable('config_schema_too_slow', tooSlow, 'configSchema');
}

/** @returns a key of `DRAFTS` */
function draftOf(schema: JsonObject): string {
  const named = schema['$schema'] ?? DEFAULT_DRAFT;
  const uri = typeof named === 'string' ? named.replace(/^http:/, 'https:').replace(/#$/, '') : '';
  if (Object.hasOwn(DRAFTS, uri)) return uri;
  throw invalidSchema(
    `names a $schema that is not supported: use draft-04, -06, -07, 2019-09 or 2020-12, such as ${DEFAULT_DRAFT}`,
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof MissingRefError)
    return `refers to ${JSON.stringify(error.missingRef.slice(0, 200))}: only references inside the schema (#/…) are followed, nothing is fetched`;
  if (isRangeError(error)) return 'refers to itself without end';
  if (error instanceof PatternError) return `is not usable: ${error.message}`;
  return `is not a valid JSON Schema: ${error instanceof Error ? error.message.slice(0, 500) : 'unreadable'}`;
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
