import pickManifest from 'npm-pick-manifest';
import semver from 'semver';
import { BadGateway, NotFound } from '../../../platform/http/errors.js';
import { checkPackageName, checkVersionSpec } from './package-name.js';
import type { RegistryTransport } from './registry-transport.client.js';

export type Signatures = readonly { readonly keyid: string; readonly sig: string }[];

/** What a registry says of one version's archive. Sizes are claims. */
export interface Dist {
  readonly integrity: string;
  readonly tarball: string;
  readonly unpackedSize: number | null;
  readonly fileCount: number | null;
  readonly signatures: Signatures;
  /** Address of the attestations of the version, when there are any. */
  readonly attestations: string | null;
}

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly deprecated?: unknown;
  readonly dist: unknown;
  readonly [key: string]: unknown;
}

export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  /** The version's package.json as the registry tells it. */
  readonly manifest: PackageManifest;
  readonly dist: Dist;
  readonly publishedAt: Date | null;
  readonly latest: string | null;
  readonly distTags: Readonly<Record<string, string>>;
  /** All versions, oldest first. */
  readonly versions: readonly string[];
}

interface Packument {
  readonly name: string;
  readonly versions: Readonly<Record<string, PackageManifest>>;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly time: Readonly<Record<string, string>>;
}

/** Looks packages up in the npm registry; what it answers is about exactly the package that was asked for. */
export class PackageRegistryClient {
  /** @param minReleaseAge minutes since its publication that a version needs to be picked, where there is another */
  constructor(
    private readonly transport: RegistryTransport,
    private readonly minReleaseAge = 0,
  ) {}

  /**
   * Finds the version that `wanted` means, as npm picks it: an exact version, a range or a dist-tag. Left out it is
   * `latest`, or the highest version where that is deprecated or for another Node.
   * @returns a version that is too young only where no other would do: the policy is to refuse it
   * @throws BadRequest `package_name_invalid`, `package_version_invalid`; NotFound `package_not_found`,
   *   `version_not_found`; BadGateway `registry_unreachable`, `registry_answer_invalid`; GatewayTimeout
   *   `registry_timeout`; the signal's reason
   */
  async resolve(name: string, wanted = '', signal?: AbortSignal): Promise<ResolvedPackage> {
    checkPackageName(name);
    const spec = checkVersionSpec(wanted);
    const packument = await this.packument(name, signal);
    const manifest = pick(packument, spec, this.before()) ?? pick(packument, spec, null);
    if (!manifest) throw noVersion(name, wanted, packument);
    const { version } = manifest;
    if (manifest.name !== name || packument.versions[version] !== manifest)
      throw new BadGateway(
        'registry_answer_invalid',
        `The npm registry answers with another package when asked for ${name}@${wanted || 'latest'}.`,
      );
    const published = Date.parse(packument.time[version] ?? '');
    return {
      name,
      version,
      manifest,
      dist: readDist(manifest),
      publishedAt: Number.isNaN(published) ? null : new Date(published),
      latest: packument['dist-tags']['latest'] ?? null,
      distTags: packument['dist-tags'],
      versions: Object.keys(packument.versions).sort(semver.compare),
    };
  }

  /**
   * What the registry says of one version, in a small document; null when it does not know it.
   * @throws BadGateway, GatewayTimeout as `resolve`
   */
  async manifest(name: string, version: string, signal?: AbortSignal): Promise<PackageManifest | null> {
    const path = `${escaped(name)}/${encodeURIComponent(version)}`;
    return (await this.transport.json(name, path, signal)) as PackageManifest | null;
  }

  private async packument(name: string, signal?: AbortSignal): Promise<Packument> {
    const answer = await this.transport.json(name, escaped(name), signal);
    if (answer === null) {
      // Registries hide private packages from those they do not know.
      const missing = this.transport.missingCredentials(name);
      const text = `The npm registry has no package "${name}"${missing && ` that it would show us: ${missing}`}.`;
      throw new NotFound('package_not_found', text, 'name');
    }
    const { versions, 'dist-tags': tags, time } = answer as Partial<Packument>;
    if (!isObject(versions) || !isObject(tags))
      throw new BadGateway('registry_answer_invalid', 'The npm registry answers without versions.');
    const valid = Object.entries(versions).filter(
      ([version, manifest]) => semver.valid(version) !== null && isObject(manifest),
    );
    return { name, versions: Object.fromEntries(valid), 'dist-tags': tags, time: time ?? {} };
  }

  private before(): Date | null {
    return this.minReleaseAge > 0 ? new Date(Date.now() - this.minReleaseAge * 60_000) : null;
  }
}

/** A package name as one segment of a registry path. */
export function escaped(name: string): string {
  return name.replace('/', '%2f');
}

/** What a manifest says of its archive. */
export function readDist(manifest: PackageManifest): Dist {
  const dist = (manifest.dist ?? {}) as Record<string, unknown>;
  const attestations = dist['attestations'] as { url?: unknown } | undefined;
  return {
    integrity: typeof dist['integrity'] === 'string' ? dist['integrity'] : '',
    tarball: typeof dist['tarball'] === 'string' ? dist['tarball'] : '',
    unpackedSize: count(dist['unpackedSize']),
    fileCount: count(dist['fileCount']),
    signatures: readSignatures(dist['signatures']),
    attestations: typeof attestations?.url === 'string' ? attestations.url : null,
  };
}

/** A signature that is none stays one, which no key fits. */
export function readSignatures(list: unknown): Signatures {
  return Array.isArray(list) ? list.map(readSignature) : [];
}

function readSignature(value: unknown): Signatures[number] {
  const { keyid, sig } = (value ?? {}) as Record<string, unknown>;
  return { keyid: typeof keyid === 'string' ? keyid : '', sig: typeof sig === 'string' ? sig : '' };
}

function isObject<T extends object>(value: T | null | undefined): value is T {
  return typeof value === 'object' && value !== null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** @param before versions published later are not there */
function pick(packument: Packument, spec: string, before: Date | null): PackageManifest | null {
  try {
    return pickManifest(packument, spec, { before });
  } catch (error) {
    if (['ETARGET', 'ENOVERSIONS'].includes(String((error as NodeJS.ErrnoException).code))) return null;
    throw error;
  }
}

function noVersion(name: string, wanted: string, packument: Packument): NotFound {
  const { latest } = packument['dist-tags'];
  return new NotFound(
    'version_not_found',
    `${name} has no version "${wanted || 'latest'}"${latest ? `; its latest is ${latest}` : ''}.`,
    'version',
  );
}
