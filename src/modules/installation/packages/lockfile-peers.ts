import semver from 'semver';
import { type LockedEntry, readLockfile } from './lockfile.js';

/** A package whose peer is missing, or there in a version that it does not name. */
export interface PeerProblem {
  /** `name@version`. */
  readonly package: string;
  readonly peer: string;
  /** Range that is asked for. */
  readonly wanted: string;
  /** Version that it gets; null when it gets none. */
  readonly found: string | null;
}

/** Peers that a lockfile does not give its packages as they ask. @throws Unprocessable `package_refused` */
export function peerProblems(text: string): PeerProblem[] {
  const { packages = {}, snapshots = {} } = readLockfile(text);
  const problems = new Map<string, PeerProblem>();
  for (const [key, snapshot] of Object.entries(snapshots)) {
    const own = bare(key);
    const given = { ...snapshot?.optionalDependencies, ...snapshot?.dependencies };
    for (const { peer, wanted, optional } of peersOf(packages[own])) {
      const reference = given[peer];
      const found = reference === undefined ? null : versionOf(reference);
      const suits = found === null ? optional : semver.satisfies(found, wanted, { includePrerelease: true });
      if (!suits) problems.set(`${own} ${peer}`, { package: own, peer, wanted, found });
    }
  }
  return [...problems.values()];
}

function peersOf(entry: LockedEntry | undefined): { peer: string; wanted: string; optional: boolean }[] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = entry ?? {};
  return Object.entries(peerDependencies).map(([peer, wanted]) => ({
    ...{ peer, wanted },
    optional: peerDependenciesMeta[peer]?.optional === true,
  }));
}

function bare(key: string): string {
  return key.split('(')[0] ?? key;
}

/** `1.0.0(react@18.0.0)`, or `name@1.0.0` of an alias. */
function versionOf(reference: string): string {
  const one = bare(reference);
  return one.slice(one.lastIndexOf('@') + 1);
}
