import semver from 'semver';

const DIGITS = 20;

/**
 * A text that sorts (byte by byte) the way versions do: by semver.org's precedence, versions that are no semver
 * before all others, and no two versions the same.
 */
export function versionRank(version: string): string {
  const parsed = semver.parse(version);
  if (!parsed) return `0${version}`;
  const { major, minor, patch, prerelease } = parsed;
  const core = [major, minor, patch].map(padded).join('.');
  // A release comes after its prereleases; of two lists the shorter comes first, so its end is the lowest character.
  const rest = prerelease.length === 0 ? '~' : `-${prerelease.map(identifier).join('!')}`;
  return `1${core}${rest} ${version}`;
}

/** The version that a name stands for: the newest release, else the newest prerelease, else the last in order. */
export function newestOf<T extends { version: string; versionRank: string }>(rows: readonly T[]): T | null {
  const rank = (row: T): string => `${isPrerelease(row.version) ? 0 : 1}${row.versionRank}`;
  const semvers = rows.filter(({ version }) => semver.valid(version) !== null);
  const sorted = [...(semvers.length > 0 ? semvers : rows)].sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
  return sorted[0] ?? null;
}

function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null;
}

function identifier(part: string | number): string {
  return /^\d+$/.test(String(part)) ? `0${padded(part)}` : `1${part}`;
}

function padded(number: string | number): string {
  return String(number).padStart(DIGITS, '0');
}
