import { eachOf } from './each-of.js';
import type { LockedPackage } from './lockfile.js';
import type { PackageManifest, PackageRegistryClient, ResolvedPackage } from './package-registry.client.js';

/** By `name@version`; null where the registry does not tell. */
export type ClosureManifests = ReadonlyMap<string, PackageManifest | null>;

const CONCURRENCY = 16;
/** What has not been told by then is not known, in milliseconds. */
const LIMIT_MS = 15_000;

/** Fetches what the registry says of every package of a closure. Never fails. @param own what is known already */
export async function closureManifests(
  registry: PackageRegistryClient,
  closure: readonly LockedPackage[],
  own: Pick<ResolvedPackage, 'name' | 'version' | 'manifest'>,
): Promise<ClosureManifests> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const found = new Map<string, PackageManifest | null>();
  await eachOf(closure, CONCURRENCY, async ({ name, version }) => {
    const isOwn = name === own.name && version === own.version;
    const manifest = isOwn ? own.manifest : await registry.manifest(name, version, limit).catch(() => null);
    const fits = manifest?.name === name && manifest.version === version;
    found.set(`${name}@${version}`, fits ? manifest : null);
  });
  return found;
}
