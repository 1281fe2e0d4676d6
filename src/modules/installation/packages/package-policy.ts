import type { Config } from '../../../config.js';
import { Unprocessable } from '../../../platform/http/errors.js';
import { matches } from './name-pattern.js';

/** The settings that decide what may be installed. */
export type PolicySettings = Pick<
  Config,
  | 'POLICY_MIN_RELEASE_AGE'
  | 'POLICY_ALLOW'
  | 'POLICY_DENY'
  | 'POLICY_REQUIRE_SIGNATURE'
  | 'POLICY_REQUIRE_PROVENANCE'
  | 'POLICY_MAX_UNPACKED_MB'
  | 'POLICY_MAX_FILES'
  | 'POLICY_LICENSES'
>;

/** What is known of a package when it is judged; what is left out is not judged yet. */
export interface PolicyFacts {
  readonly name: string;
  /** Names of all dependencies, direct or not. */
  readonly dependencies?: readonly string[];
  /** Null: the registry does not tell. */
  readonly publishedAt?: Date | null;
  readonly license?: unknown;
  readonly unpackedBytes?: number | null;
  readonly files?: number | null;
  readonly signature?: string;
  readonly provenance?: string;
  /** Why these are not what they could be. */
  readonly causes?: readonly string[];
}

export interface PolicyRefusal {
  /** Name of the setting. */
  readonly rule: keyof PolicySettings;
  readonly message: string;
  /** What would let the package in. */
  readonly wayOut: string;
}

/** As many as a message has room for. */
const MOST_CAUSES = 3;

type Rule = (facts: PolicyFacts, settings: PolicySettings, now: Date) => PolicyRefusal | null;

const RULES: readonly Rule[] = [
  allowed,
  denied,
  oldEnough,
  licensed,
  smallEnough,
  fewFiles,
  signed,
  withProvenance,
];

/** Whether a package may be refused for its evidence. */
export function asksForEvidence(settings: PolicySettings): boolean {
  return settings.POLICY_REQUIRE_SIGNATURE || settings.POLICY_REQUIRE_PROVENANCE;
}

/** Judges facts by the settings: an empty list lets the package in. Pure. */
export function judge(facts: PolicyFacts, settings: PolicySettings, now = new Date()): PolicyRefusal[] {
  return RULES.flatMap((rule) => rule(facts, settings, now) ?? []);
}

/** @throws Unprocessable `policy_refused`, naming every rule and its way out */
export function enforce(facts: PolicyFacts, settings: PolicySettings, now = new Date()): void {
  const refusals = judge(facts, settings, now);
  if (refusals.length === 0) return;
  const problems = refusals.map(({ rule, message, wayOut }) => ({
    field: rule,
    message: `${message} ${wayOut}`,
  }));
  const message = refusals
    .map(({ rule, message: text, wayOut }) => `${rule} refuses ${facts.name}: ${text} ${wayOut}`)
    .join(' ');
  throw new Unprocessable('policy_refused', message, 'name', problems);
}

function allowed({ name }: PolicyFacts, { POLICY_ALLOW }: PolicySettings): PolicyRefusal | null {
  if (POLICY_ALLOW.length === 0 || POLICY_ALLOW.some((pattern) => matches(pattern, name))) return null;
  return {
    rule: 'POLICY_ALLOW',
    message: `"${name}" is not on the list of packages that may be installed.`,
    wayOut: `Add "${name}" to POLICY_ALLOW.`,
  };
}

function denied(facts: PolicyFacts, { POLICY_DENY }: PolicySettings): PolicyRefusal | null {
  const name = [facts.name, ...(facts.dependencies ?? [])].find((candidate) =>
    POLICY_DENY.some((pattern) => matches(pattern, candidate)),
  );
  if (name === undefined) return null;
  const what = name === facts.name ? `"${name}"` : `Its dependency "${name}"`;
  return {
    rule: 'POLICY_DENY',
    message: `${what} may not be installed.`,
    wayOut: `Take the pattern that matches "${name}" out of POLICY_DENY, or choose another package.`,
  };
}

function oldEnough(
  { publishedAt }: PolicyFacts,
  { POLICY_MIN_RELEASE_AGE: minutes }: PolicySettings,
  now: Date,
): PolicyRefusal | null {
  if (publishedAt === undefined || minutes === 0) return null;
  const rule = 'POLICY_MIN_RELEASE_AGE';
  if (publishedAt === null)
    return {
      rule,
      message: 'The registry does not tell when this version was published.',
      wayOut: 'Set POLICY_MIN_RELEASE_AGE=0 for this registry.',
    };
  const due = new Date(publishedAt.getTime() + minutes * 60_000);
  if (due <= now) return null;
  return {
    rule,
    message: `This version was published on ${publishedAt.toISOString()}, less than ${minutes} minutes ago.`,
    wayOut: `Wait until ${due.toISOString()}, or ask for an older version.`,
  };
}

function licensed({ license }: PolicyFacts, { POLICY_LICENSES }: PolicySettings): PolicyRefusal | null {
  if (license === undefined || POLICY_LICENSES.length === 0) return null;
  const text = licenseText(license);
  if (satisfies(text, new Set(POLICY_LICENSES.map((name) => name.toLowerCase())))) return null;
  return {
    rule: 'POLICY_LICENSES',
    message: text === '' ? 'The package names no licence.' : `Its licence is "${text}".`,
    wayOut: `Licences that may be installed: ${POLICY_LICENSES.join(', ')}.`,
  };
}

function smallEnough(
  { unpackedBytes }: PolicyFacts,
  { POLICY_MAX_UNPACKED_MB: limit }: PolicySettings,
): PolicyRefusal | null {
  if (unpackedBytes == null || unpackedBytes <= limit * 2 ** 20) return null;
  return {
    rule: 'POLICY_MAX_UNPACKED_MB',
    message: `It takes ${Math.ceil(unpackedBytes / 2 ** 20)} MiB unpacked, more than ${limit}.`,
    wayOut: 'Raise POLICY_MAX_UNPACKED_MB if the package is meant to be that large.',
  };
}

function fewFiles({ files }: PolicyFacts, { POLICY_MAX_FILES: limit }: PolicySettings): PolicyRefusal | null {
  if (files == null || files <= limit) return null;
  return {
    rule: 'POLICY_MAX_FILES',
    message: `It has ${files} files, more than ${limit}.`,
    wayOut: 'Raise POLICY_MAX_FILES if the package is meant to have that many.',
  };
}

function signed({ signature, causes = [] }: PolicyFacts, settings: PolicySettings): PolicyRefusal | null {
  if (signature === undefined || signature === 'verified' || !settings.POLICY_REQUIRE_SIGNATURE) return null;
  return {
    rule: 'POLICY_REQUIRE_SIGNATURE',
    message: `Its registry signature, or that of a dependency, is "${signature}", not "verified"${because(causes)}.`,
    wayOut: 'Use a registry that publishes signing keys, or set POLICY_REQUIRE_SIGNATURE=false.',
  };
}

function withProvenance(
  { provenance, causes = [] }: PolicyFacts,
  settings: PolicySettings,
): PolicyRefusal | null {
  if (provenance === undefined || provenance === 'verified' || !settings.POLICY_REQUIRE_PROVENANCE)
    return null;
  return {
    rule: 'POLICY_REQUIRE_PROVENANCE',
    message: `Its provenance is "${provenance}", not "verified"${because(causes)}.`,
    wayOut: 'Choose a version published with provenance, or set POLICY_REQUIRE_PROVENANCE=false.',
  };
}

function because(causes: readonly string[]): string {
  return causes.length === 0 ? '' : ` (${causes.slice(0, MOST_CAUSES).join('; ')})`;
}

function licenseText(license: unknown): string {
  if (typeof license === 'string') return license.trim();
  const { type } = (license ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type.trim() : '';
}

/** Reads an SPDX expression without nesting: of alternatives one must be permitted, of conjunctions all. */
function satisfies(text: string, permitted: ReadonlySet<string>): boolean {
  const plain = text.replace(/[()]/g, ' ').toLowerCase().trim();
  if (/\band\b/.test(plain) && /\bor\b/.test(plain))
    return plain.split(/\s+(?:and|or)\s+/).every((name) => permitted.has(name.trim()));
  if (/\sor\s/.test(plain)) return plain.split(/\s+or\s+/).some((name) => permitted.has(name.trim()));
  return plain !== '' && plain.split(/\s+and\s+/).every((name) => permitted.has(name.trim()));
}
