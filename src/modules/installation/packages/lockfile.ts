import semver from 'semver';
import validate from 'validate-npm-package-name';
import { parse } from 'yaml';
import { Unprocessable } from '../../../platform/http/errors.js';
import type { Signatures } from './package-registry.client.js';

/** One package of a closure. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-…` of its archive. */
  readonly integrity: string;
  /** As its registry gives them; left out where nobody has asked. */
  readonly signatures?: Signatures;
}

interface Resolution {
  readonly integrity?: unknown;
  readonly tarball?: unknown;
  readonly [key: string]: unknown;
}
/** What a lockfile says of one package. */
export interface LockedEntry {
  readonly resolution?: Resolution;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
}
interface Snapshot {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface Lockfile {
  readonly lockfileVersion?: unknown;
  readonly importers?: Readonly<Record<string, { dependencies?: Record<string, { version?: unknown }> }>>;
  readonly packages?: Readonly<Record<string, LockedEntry>>;
  readonly snapshots?: Readonly<Record<string, Snapshot | null>>;
  readonly patchedDependencies?: unknown;
}

const MOST_CHARACTERS = 32 * 2 ** 20;
const STRONG = /^sha(512|384|256)-[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads a pnpm lockfile (version 9) of one package and its dependencies, and refuses whatever is not an archive
 * of a registry with a strong hash: git, URL, file, link and folder dependencies, patches.
 * @returns every package, by name and version
 * @throws Unprocessable `package_refused`, naming the dependency
 */
export function inspectLockfile(text: string, name: string, version: string): LockedPackage[] {
  const lockfile = readLockfile(text);
  const { importers = {}, packages = {}, snapshots = {} } = lockfile;
  const direct = importers['.']?.dependencies ?? {};
  if (Object.keys(importers).join() !== '.' || Object.keys(direct).join() !== name)
    throw refused('The lockfile is not that of this package.');
  if (lockfile.patchedDependencies !== undefined) throw refused('The lockfile patches packages.');
  if (withoutPeers(String(direct[name]?.version)) !== version)
    throw refused(`The lockfile does not lead to ${name}@${version}.`);
  const closure = Object.entries(packages).map(([key, { resolution }]) => locked(key, resolution ?? {}));
  const known = new Set(closure.map((one) => `${one.name}@${one.version}`));
  for (const [key, snapshot] of Object.entries(snapshots)) checkReferences(key, snapshot ?? {}, known);
  if (!known.has(`${name}@${version}`)) throw refused(`The lockfile lacks ${name}@${version}.`);
  refuseTwins(closure);
  return closure;
}

/** A lockfile as it was parsed; its parts are not looked at. @throws Unprocessable `package_refused` */
export function readLockfile(text: string): Lockfile {
  if (text.length > MOST_CHARACTERS) throw refused('The package has too many dependencies.');
  try {
    const lockfile = parse(text, { maxAliasCount: 0 }) as Lockfile | null;
    if (lockfile?.lockfileVersion !== '9.0') throw new Error('another version');
    return lockfile;
  } catch (cause) {
    throw new Unprocessable('package_refused', 'The lockfile cannot be read.', '', [], { cause });
  }
}

function locked(key: string, resolution: Resolution): LockedPackage {
  const { name, version } = split(key);
  if (semver.valid(version) !== version || !validate(name).validForOldPackages)
    throw refused(
      `It depends on "${key}", which does not come from the registry: only registry versions are installed.`,
    );
  const { integrity, tarball, ...others } = resolution;
  const other = Object.keys(others)[0];
  if (other !== undefined)
    throw refused(`Its dependency "${key}" is fetched by "${other}", not from the registry.`);
  if (tarball !== undefined && !(typeof tarball === 'string' && /^https?:\/\//.test(tarball)))
    throw refused(`The archive of "${key}" has no web address.`);
  if (typeof integrity !== 'string' || !STRONG.test(integrity))
    throw refused(`The registry gives no strong hash (SHA-256 or better) of "${key}".`);
  return { name, version, integrity };
}

function checkReferences(key: string, snapshot: Snapshot, known: ReadonlySet<string>): void {
  if (!known.has(withoutPeers(key))) throw refused(`The lockfile does not say where "${key}" comes from.`);
  for (const references of [snapshot.dependencies, snapshot.optionalDependencies])
    for (const [name, reference] of Object.entries(references ?? {})) {
      const target = withoutPeers(reference);
      if (!known.has(`${name}@${target}`) && !known.has(target))
        throw refused(`"${key}" depends on "${name}" from "${reference}", not from the registry.`);
    }
}

/** On a disk that ignores case the folders of such packages would be one. */
function refuseTwins(closure: readonly LockedPackage[]): void {
  const seen = new Map<string, string>();
  for (const { name } of closure) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined && twin !== name)
      throw refused(`It depends on both "${twin}" and "${name}", which differ in case alone.`);
    seen.set(name.toLowerCase(), name);
  }
}

function split(key: string): { name: string; version: string } {
  const at = key.indexOf('@', 1);
  return { name: key.slice(0, at), version: key.slice(at + 1) };
}

/** `1.0.0(react@18.0.0)` names the peers a package is linked with. */
function withoutPeers(reference: string): string {
  const at = reference.indexOf('(');
  return at < 0 ? reference : reference.slice(0, at);
}

function refused(message: string): Unprocessable {
  return new Unprocessable('package_refused', message, 'name');
}
