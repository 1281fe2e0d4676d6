import semver from 'semver';
import type { LockedPackage } from './lockfile.js';
import type { RegistryTransport } from './registry-transport.client.js';

/** A known weakness of a version; texts are the registry's. */
export interface Advisory {
  /** `name@version`. */
  readonly package: string;
  readonly title: string;
  readonly severity: Severity;
  /** Where to read about it; null when that is no web address. */
  readonly url: string | null;
  /** Versions that have it. */
  readonly range: string;
}

export interface AdvisoryFinding {
  /** Null: no registry could say. An empty list: they know of none. */
  readonly advisories: readonly Advisory[] | null;
  /** Why some registry could not say. */
  readonly cause: string | null;
}

const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Advisories are worth this wait and no longer, in milliseconds. */
const LIMIT_MS = 3_000;
const MOST = 100;
const MOST_TEXT = 300;
const BULK = '-/npm/v1/security/advisories/bulk';

/**
 * Asks the registries of a closure what is known against its versions, each registry about its own packages alone.
 * Source: the request that `npm audit` makes.
 * @throws the signal's reason; nothing else
 */
export async function findAdvisories(
  transport: RegistryTransport,
  closure: readonly LockedPackage[],
  signal?: AbortSignal,
): Promise<AdvisoryFinding> {
  const groups = new Map<string, LockedPackage[]>();
  for (const one of closure) {
    const registry = transport.registryOf(one.name);
    groups.set(registry, [...(groups.get(registry) ?? []), one]);
  }
  const answers = await Promise.all([...groups.values()].map((group) => ask(transport, group, signal)));
  const found = answers.flatMap(({ advisories }) => advisories ?? []).slice(0, MOST);
  const cause = answers.find((answer) => answer.cause !== null)?.cause ?? null;
  return { advisories: found.length === 0 && cause !== null ? null : found, cause };
}

async function ask(
  transport: RegistryTransport,
  group: readonly LockedPackage[],
  signal?: AbortSignal,
): Promise<AdvisoryFinding> {
  const versions: Record<string, string[]> = {};
  for (const { name, version } of group) (versions[name] ??= []).push(version);
  const limit = AbortSignal.timeout(LIMIT_MS);
  const until = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    const answer = await transport.json(group[0]?.name ?? '', BULK, until, versions);
    if (answer === null) return unknown('the registry keeps none');
    if (typeof answer !== 'object') return unknown('the registry answers with something else');
    return { advisories: read(answer as Record<string, unknown>, versions), cause: null };
  } catch (error) {
    signal?.throwIfAborted();
    return unknown(limit.aborted ? `no answer within ${LIMIT_MS / 1000} s` : (error as Error).message);
  }
}

/** Those that meet a version asked about, whatever else was sent. */
function read(
  answer: Readonly<Record<string, unknown>>,
  asked: Readonly<Record<string, readonly string[]>>,
): Advisory[] {
  return Object.entries(asked).flatMap(([name, versions]) => {
    const list = Object.hasOwn(answer, name) ? answer[name] : [];
    return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((one) => {
      const { title, severity, url, vulnerable_versions: said } = (one ?? {}) as Record<string, unknown>;
      const range = typeof said === 'string' ? said : '*';
      return versions
        .filter((version) => semver.satisfies(version, range, { includePrerelease: true }))
        .map((version) => ({
          package: `${name}@${version}`,
          title: text(title),
          severity: SEVERITIES.find((known) => known === severity) ?? 'unknown',
          url: typeof url === 'string' && /^https?:\/\//.test(url) ? text(url) : null,
          range: text(range),
        }));
    });
  });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : '';
}

function unknown(cause: string): AdvisoryFinding {
  return { advisories: null, cause };
}
