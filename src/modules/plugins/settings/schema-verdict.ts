import type { ErrorObject } from 'ajv';
import type { FieldProblem } from '../../../platform/http/errors.js';
import { fieldUnder } from './config-guard.js';
import type { ConfigVerdict } from './config-verdict.js';

const MAX_PROBLEMS = 50;
/** Of a list of wrong items the first thousands say enough. */
const MAX_ERRORS = 2000;
const MAX_LISTED = 20;
const MAX_SHOWN = 200;

/** Something that is not set, as opposed to set wrongly. */
const MISSING = new Set(['required', 'dependentRequired', 'dependencies']);
const ALTERNATIVES = new Set(['anyOf', 'oneOf']);

type Params = Readonly<Record<string, unknown>>;
type Say = (params: Params) => string;

const BOUNDS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
};

/** What would be right, by keyword. The data is never at hand here, so that it cannot be repeated. */
const SAY: Readonly<Record<string, Say>> = {
  type: ({ type }) => `must be ${[type].flat().map(withArticle).join(' or ')}`,
  enum: ({ allowedValues }) => `must be one of ${listed(allowedValues)}`,
  const: ({ allowedValue }) => `must be ${shown(allowedValue)}`,
  format: ({ format }) => `must have the format ${shown(format)}`,
  pattern: ({ pattern }) => `must match the pattern ${shown(pattern)}`,
  minLength: ({ limit }) => `must have at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minItems: ({ limit }) => `must have at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must have at most ${String(limit)} items`,
  minProperties: ({ limit }) => `must have at least ${String(limit)} settings`,
  maxProperties: ({ limit }) => `must have at most ${String(limit)} settings`,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  uniqueItems: () => 'must not contain an item twice',
  contains: () => 'lacks an item that the schema asks for',
  propertyNames: () => 'has a key whose name is not allowed',
  not: () => 'has a form that the schema rules out',
  anyOf: () => 'has none of the forms that the schema allows',
  oneOf: ({ passingSchemas }) =>
    passingSchemas
      ? 'has more than one of the forms of which the schema allows one'
      : 'has none of the forms that the schema allows',
  'false schema': () => 'is not allowed',
};

/** Sorts what Ajv found into what is missing and what is wrong, in plain words. */
export function verdictOf(errors: readonly ErrorObject[]): ConfigVerdict {
  const missing = new Map<string, FieldProblem>();
  const problems = new Map<string, FieldProblem>();
  const settled = settleAlternatives(errors.slice(0, MAX_ERRORS));
  for (const error of settled.errors) {
    // `if` only says that `then` or `else` failed, which say themselves how; so with names.
    if (error.keyword === 'if' || error.propertyName !== undefined) continue;
    const problem = problemOf(error);
    const kind = isMissing(error) || settled.missing.has(error) ? missing : problems;
    kind.set(`${problem.field} ${problem.message}`, problem);
  }
  const some = (found: Map<string, FieldProblem>): FieldProblem[] =>
    [...found.values()].slice(0, MAX_PROBLEMS);
  return { missing: some(missing), problems: some(problems) };
}

interface Settled {
  readonly errors: readonly ErrorObject[];
  readonly missing: ReadonlySet<ErrorObject>;
}

/**
 * Of alternatives that all fail, the errors of each branch are noise beside the one of the whole. Where a
 * branch lacks nothing but settings ("an API key, or a user and a password"), the config is incomplete, not
 * wrong.
 */
function settleAlternatives(errors: readonly ErrorObject[]): Settled {
  const dropped = new Set<ErrorObject>();
  const missing = new Set<ErrorObject>();
  for (const whole of errors.filter((error) => ALTERNATIVES.has(error.keyword))) {
    const branches = new Map<string, ErrorObject[]>();
    for (const error of errors) {
      const branch = branchOf(error, whole);
      if (branch === undefined) continue;
      dropped.add(error);
      branches.set(branch, [...(branches.get(branch) ?? []).slice(0, MAX_PROBLEMS), error]);
    }
    if ([...branches.values()].some((found) => found.every(isMissing))) missing.add(whole);
    if (branches.size === 1) restoreOnly(whole, branches, dropped);
  }
  return { errors: errors.filter((error) => !dropped.has(error)), missing };
}

/** A single branch says more than "none of the forms". */
function restoreOnly(
  whole: ErrorObject,
  branches: Map<string, ErrorObject[]>,
  dropped: Set<ErrorObject>,
): void {
  dropped.add(whole);
  for (const error of [...branches.values()].flat()) dropped.delete(error);
}

function branchOf(error: ErrorObject, whole: ErrorObject): string | undefined {
  const prefix = `${whole.schemaPath}/`;
  const within = error.instancePath.startsWith(whole.instancePath) && error.schemaPath.startsWith(prefix);
  return within ? error.schemaPath.slice(prefix.length).split('/', 1)[0] : undefined;
}

function isMissing(error: ErrorObject): boolean {
  return MISSING.has(error.keyword) || (error.keyword === 'minProperties' && error.instancePath === '');
}

function problemOf(error: ErrorObject): FieldProblem {
  const params = error.params as Params;
  const field = fieldOf(error.instancePath);
  if (MISSING.has(error.keyword))
    return {
      field: fieldUnder(field, String(params['missingProperty'])),
      message: 'is required and not set',
    };
  const surplus = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (typeof surplus === 'string')
    return {
      field: fieldUnder(field, surplus),
      message: 'is not a setting that the schema allows: leave it out',
    };
  return { field, message: messageOf(error.keyword, params) };
}

function messageOf(keyword: string, params: Params): string {
  const say = SAY[keyword];
  if (say) return say(params);
  const bound = BOUNDS[String(params['comparison'])];
  if (bound !== undefined) return `must be ${bound} ${String(params['limit'])}`;
  return `does not meet "${keyword}" of the schema`;
}

/** `/servers/0/url` (RFC 6901) → `config.servers.0.url`. */
function fieldOf(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(fieldUnder, 'config');
}

function withArticle(type: unknown): string {
  if (type === 'null') return 'null';
  return `${/^[aeio]/.test(String(type)) ? 'an' : 'a'} ${String(type)}`;
}

function listed(values: unknown): string {
  const all = Array.isArray(values) ? values : [];
  return all.slice(0, MAX_LISTED).map(shown).join(', ') + (all.length > MAX_LISTED ? ' …' : '');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
