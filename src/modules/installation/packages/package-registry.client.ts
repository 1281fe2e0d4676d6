import semver from 'semver';
import { BadGateway, NotFound } from '../../../platform/http/errors.js';
import { checkPackageName, parseVersionSpec, type VersionSpec } from './package-name.js';
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
  readonly versions: Readonly<Record<string, PackageManifest>>;
  readonly 'dist-tags': Readonly<Record<string, string>>;
  readonly time: Readonly<Record<string, string>>;
}

/** Looks packages up in the npm registry; what it answers is about exactly the package that was asked for. */
export class PackageRegistryClient {
  constructor(private readonly transport: RegistryTransport) {}

  /**
   * Finds the version that `wanted` (exact, range or dist-tag; default `latest`) means.
   * @throws BadRequest `package_name_invalid`, `package_version_invalid`; NotFound `package_not_found`,
   *   `version_not_found`; BadGateway `registry_unreachable`, `registry_answer_invalid`; GatewayTimeout
   *   `registry_timeout`; the signal's reason
   */
  async resolve(name: string, wanted?: string, signal?: AbortSignal): Promise<ResolvedPackage> {
    checkPackageName(name);
    const spec = parseVersionSpec(wanted);
    const packument = await this.packument(name, signal);
    const versions = Object.keys(packument.versions)
      .filter((version) => semver.valid(version) !== null)
      .sort(semver.compare);
    const version = pick(packument, versions, spec);
    const manifest = version === null ? undefined : packument.versions[version];
    if (version === null || !manifest) throw noVersion(name, wanted, packument);
    if (manifest.name !== name || manifest.version !== version)
      throw new BadGateway(
        'registry_answer_invalid',
        `The npm registry answers with another package when asked for ${name}@${version}.`,
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
      versions,
    };
  }

  /**
   * What `latest` is when it is newer than `current`, else null.
   * @throws as `resolve`
   */
  async newer(
    name: string,
    current: string,
    signal?: AbortSignal,
  ): Promise<{ version: string; major: boolean } | null> {
    const { version } = await this.resolve(name, 'latest', signal);
    if (!semver.gt(version, current)) return null;
    return { version, major: semver.major(version) > semver.major(current) };
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
    if (typeof versions !== 'object' || typeof tags !== 'object')
      throw new BadGateway('registry_answer_invalid', 'The npm registry answers without versions.');
    return { versions, 'dist-tags': tags, time: time ?? {} };
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

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** As npm picks: of a range `latest` when it is in it, else the highest version that is not deprecated. */
function pick(packument: Packument, versions: readonly string[], spec: VersionSpec): string | null {
  const tags = packument['dist-tags'];
  if (spec.kind === 'tag') return Object.hasOwn(tags, spec.tag) ? (tags[spec.tag] ?? null) : null;
  if (spec.kind === 'version') return versions.includes(spec.version) ? spec.version : null;
  const { latest } = tags;
  if (latest !== undefined && semver.satisfies(latest, spec.range)) return latest;
  const current = versions.filter((version) => !packument.versions[version]?.deprecated);
  return semver.maxSatisfying(current, spec.range) ?? semver.maxSatisfying(versions, spec.range);
}

function noVersion(name: string, wanted: string | undefined, packument: Packument): NotFound {
  const { latest } = packument['dist-tags'];
  return new NotFound(
    'version_not_found',
    `${name} has no version "${wanted ?? 'latest'}"${latest ? `; its latest is ${latest}` : ''}.`,
    'version',
  );
}
