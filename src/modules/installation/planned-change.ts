import semver from 'semver';

/** What is installed of a package when a change is planned. */
export interface PresentVersion {
  readonly version: string | null;
  readonly enabled: boolean;
  /** What it declares that it can be set up with, by key; null where that is not known. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  /** `name@version` of all that it brought. */
  readonly packages: readonly string[];
}

export interface ParameterChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** What an installation would change. */
export interface PlannedChange {
  readonly kind: 'install' | 'update' | 'downgrade' | 'reinstall';
  readonly from: string | null;
  readonly to: string;
  /** Whether a plugin that is switched on would be started anew. */
  readonly restarts: boolean;
  /** Null where the registry does not tell. */
  readonly parameters: ParameterChange | null;
  /** `name@version` of what would come and go. */
  readonly packages: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** Compares what is installed, if anything, with what would be. Pure. */
export function plannedChange(
  present: PresentVersion | null,
  next: Pick<PresentVersion, 'parameters' | 'packages'> & { version: string; enable?: boolean | undefined },
): PlannedChange {
  const from = present?.version ?? null;
  const before = present ? present.parameters : {};
  return {
    kind: kindOf(from, next.version),
    ...{ from, to: next.version },
    restarts: present?.enabled === true && next.enable !== false,
    parameters: before && next.parameters ? parameterChange(before, next.parameters) : null,
    packages: {
      added: without(next.packages, present?.packages ?? []),
      removed: without(present?.packages ?? [], next.packages),
    },
  };
}

function kindOf(from: string | null, to: string): PlannedChange['kind'] {
  if (from === null) return 'install';
  if (from === to) return 'reinstall';
  const comparable = semver.valid(from) !== null && semver.valid(to) !== null;
  return comparable && semver.lt(to, from) ? 'downgrade' : 'update';
}

function parameterChange(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): ParameterChange {
  const [old, now] = [Object.keys(before), Object.keys(after)];
  const kept = now.filter((key) => Object.hasOwn(before, key));
  return {
    added: without(now, old),
    removed: without(old, now),
    changed: kept.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])),
  };
}

function without(list: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return list.filter((one) => !known.has(one));
}
