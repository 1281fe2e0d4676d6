import type { ClosureManifests } from './closure-manifests.js';
import { type SkippedScript, skippedScripts } from './install-scripts.js';
import type { LockedPackage } from './lockfile.js';
import { type PackageManifest, readDist } from './package-registry.client.js';

/** One package of a plan; sizes are what the registry says, null where it does not. */
export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  readonly unpackedSize: number | null;
  readonly fileCount: number | null;
  /** Whether it is for another operating system or processor: then it is not fetched here. */
  readonly otherPlatform: boolean;
}

/** Sums over what is fetched on this platform. */
export interface PlanTotals {
  readonly packages: number;
  /** Bytes. */
  readonly unpackedSize: number;
  readonly files: number;
  /** Packages whose size the registry does not tell: the sums lack them. */
  readonly unknown: number;
}

export interface ClosureDetails {
  readonly packages: readonly PlannedPackage[];
  readonly total: PlanTotals;
  /** Install scripts that will not run. */
  readonly scripts: readonly SkippedScript[];
}

/** Where code runs, in the words of package.json. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** `glibc` or `musl`; null where there is none. */
  readonly libc: string | null;
}

/** What a closure comes to by the registry's word. Pure. */
export function closureDetails(
  closure: readonly LockedPackage[],
  manifests: ClosureManifests,
  platform: Platform = thisPlatform(),
): ClosureDetails {
  const packages = closure.map(({ name, version }): PlannedPackage => {
    const manifest = manifests.get(`${name}@${version}`) ?? null;
    const { unpackedSize, fileCount } = manifest
      ? readDist(manifest)
      : { unpackedSize: null, fileCount: null };
    return { name, version, unpackedSize, fileCount, otherPlatform: !!manifest && !fits(manifest, platform) };
  });
  const here = packages.filter(({ otherPlatform }) => !otherPlatform);
  const scripts = here.flatMap(({ name, version }) => {
    const manifest = manifests.get(`${name}@${version}`);
    return manifest ? skippedScripts(`${name}@${version}`, manifest, manifest['gypfile'] === true) : [];
  });
  return { packages, total: totalsOf(here), scripts };
}

export function thisPlatform(): Platform {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const libc = header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  return { os: process.platform, cpu: process.arch, libc: process.platform === 'linux' ? libc : null };
}

function totalsOf(packages: readonly PlannedPackage[]): PlanTotals {
  const sum = (values: readonly (number | null)[]): number =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    packages: packages.length,
    unpackedSize: sum(packages.map(({ unpackedSize }) => unpackedSize)),
    files: sum(packages.map(({ fileCount }) => fileCount)),
    unknown: packages.filter(({ unpackedSize }) => unpackedSize === null).length,
  };
}

function fits({ os, cpu, libc }: PackageManifest, platform: Platform): boolean {
  return (
    allows(os, platform.os) &&
    allows(cpu, platform.cpu) &&
    (platform.libc === null || allows(libc, platform.libc))
  );
}

/** Source: npm's documentation of `os` and `cpu`: a list of names, those with `!` in front are excluded. */
function allows(list: unknown, value: string): boolean {
  const names = (Array.isArray(list) ? list : [list]).filter((name) => typeof name === 'string');
  if (names.includes(`!${value}`)) return false;
  const wanted = names.filter((name) => !name.startsWith('!'));
  return wanted.length === 0 || wanted.includes(value) || wanted.includes('any');
}
