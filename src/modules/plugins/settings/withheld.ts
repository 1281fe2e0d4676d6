import type { FieldProblem } from '../../../platform/http/errors.js';
import { type CodeOrigin, isSameOrigin } from '../code-origin.js';
import { fieldUnder } from './config-guard.js';
import { type JsonObject, own } from './json.js';
import type { ParameterSet } from './parameter.js';
import { type Position, childPosition, holdsSecret, isSecret, rootPositions } from './position.js';

/**
 * Top-level settings that stay stored and are not given to the code, since somebody without `secrets:reveal` has
 * exchanged it; each with the origin of the code that it was meant for.
 */
export type Withheld = Readonly<Record<string, CodeOrigin>>;

/** Who changes a plugin, and where its code came from before and comes from now. */
export interface CodeChange {
  /** Of the code that the stored settings were given to; null where that is not known. */
  readonly before: CodeOrigin | null;
  readonly after: CodeOrigin;
  /** Whether the caller may see secrets anyway. */
  readonly mayReveal: boolean;
}

/** Stored settings, opened. */
interface Stored {
  readonly set: ParameterSet;
  readonly config: JsonObject | null;
  /** Secrets that do not open now. */
  readonly locked: { readonly values: JsonObject } | null;
  readonly withheld: Withheld;
}

/**
 * What is withheld after a change. Whoever may see secrets releases what they send (a mask too), and all of it by
 * exchanging the code themselves. Others release a setting by replacing every secret in it; and code from where a
 * setting was meant for gets it back.
 * @param patch settings as the caller sent them
 * @param merged settings after the change
 */
export function withholdFrom(
  { before, after, mayReveal }: CodeChange,
  stored: Stored | null,
  patch: JsonObject,
  merged: JsonObject,
): Withheld {
  if (!stored) return {};
  const locked = stored.locked?.values ?? {};
  const isExchanged = before === null || !isSameOrigin(before, after);
  if (isExchanged && mayReveal) return {};
  // Nothing is from an unknown origin, so what it was meant for is nothing that comes later either.
  const origin = before ?? { source: 'path', path: null, checksum: null };
  const secrets = isExchanged ? [...secretKeys(stored), ...Object.keys(locked)] : [];
  const all = { ...Object.fromEntries(secrets.map((key) => [key, origin])), ...stored.withheld };
  const stays = ([key, meantFor]: [string, CodeOrigin]): boolean => {
    if (isSameOrigin(meantFor, after)) return false;
    if (!Object.hasOwn(patch, key)) return Object.hasOwn(merged, key) || Object.hasOwn(locked, key);
    return !mayReveal && keepsSecret(stored, key, { sent: patch[key], merged: own(merged, key) });
  };
  return Object.fromEntries(Object.entries(all).filter(stays));
}

/** The settings that the code is given. */
export function withoutWithheld(config: JsonObject, withheld: Withheld): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !Object.hasOwn(withheld, key)));
}

/** One for each setting that the code is not given. */
export function withheldProblems(withheld: Withheld): FieldProblem[] {
  return Object.keys(withheld).map((key) => ({
    field: fieldUnder('config', key),
    message:
      'is stored but withheld from the code, which was exchanged without the scope secrets:reveal: set it anew, or have someone with that scope send its mask back',
  }));
}

/** What is missing, with what the plugin cannot do without: it requires it, or does not say whether it does. */
export function missingWith(
  withheld: Withheld,
  missing: readonly FieldProblem[],
  set: ParameterSet,
): readonly FieldProblem[] {
  const declared = new Set(set.declared ? set.parameters.map(({ key }) => fieldUnder('config', key)) : []);
  const required = new Set(missing.map(({ field }) => field));
  const needed = withheldProblems(withheld).filter(
    ({ field }) => required.has(field) || !declared.has(field),
  );
  const own = new Set(needed.map(({ field }) => field));
  return [...missing.filter(({ field }) => !own.has(field)), ...needed];
}

function secretKeys({ config, set }: Stored): string[] {
  const stored = config ?? {};
  const positionOf = rootPositions(set);
  return Object.keys(stored).filter((key) => holdsSecret(own(stored, key), positionOf(stored, key)));
}

/** Whether a secret of the stored setting is in the new one without having been sent: by its mask, or left alone. */
function keepsSecret(
  { config, set, locked }: Stored,
  key: string,
  { sent, merged }: { sent: unknown; merged: unknown },
): boolean {
  if (config === null || Object.hasOwn(locked?.values ?? {}, key)) return false;
  const [given, now] = [new Set(scalarsIn(sent)), new Set(scalarsIn(merged))];
  const secrets = secretsIn(own(config, key), rootPositions(set)(config, key));
  return secrets.some((secret) => now.has(secret) && !given.has(secret));
}

function secretsIn(value: unknown, position: Position): unknown[] {
  if (typeof value !== 'object' || value === null)
    return isSecret(value, position) && typeof value !== 'boolean' ? [value] : [];
  return Object.entries(value).flatMap(([key, child]) =>
    secretsIn(child, childPosition(position, value, key)),
  );
}

function scalarsIn(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(scalarsIn) : [value];
}
