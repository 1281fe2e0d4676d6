import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { ErrorCode } from '../../platform/http/error-codes.js';
import { AppError, Conflict, NotFound, Unprocessable } from '../../platform/http/errors.js';
import { CONFIG } from '../../platform/tokens.js';
import {
  CatalogLookup,
  type MeantPackage,
  type NoPackage,
  type PublishedArtifact,
  type Standing,
} from '../registry/index.js';
import { InstallationRecords, sourceConflict } from './installation-records.js';
import type { InstallSource } from './installed-version.entity.js';
import { PackageTools } from './package-tools.js';
import { enforce } from './packages/package-policy.js';
import type { ResolvedPackage } from './packages/package-registry.client.js';
import type { PlanWarning } from './packages/plan-warnings.js';
import { factsOf } from './packages/policy-facts.js';

const NOT_ON_NPM: readonly string[] = [
  'version_not_found',
  'package_not_found',
  'package_name_invalid',
] satisfies ErrorCode[];

/** What an installation is to install: something published here, or a version on npm. */
export type WantedPackage =
  | { readonly published: PublishedArtifact; readonly version: string }
  | {
      readonly published: null;
      readonly version: string;
      readonly resolved: ResolvedPackage;
      readonly warnings: readonly PlanWarning[];
      /** What the catalogue tags it with. */
      readonly topics: readonly string[];
    };

/** What an installation asks for. */
export interface InstallWish {
  name: string;
  version?: string;
  /** Left out: where what is installed came from, else what is published here before npm. */
  source?: InstallSource;
}

/**
 * Finds what a name and a version mean. What is published here goes before npm, as it does in the catalogue, with two
 * exceptions, since whoever may publish could take over what others install by name: what is installed keeps its
 * source, and where a publisher who may not install has taken a name that npm has too, the request must say which.
 */
@Injectable()
export class WantedPackages {
  constructor(
    private readonly tools: PackageTools,
    private readonly catalog: CatalogLookup,
    private readonly records: InstallationRecords,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * A version that the catalogue names and npm lacks stands for the others that the catalogue names, and in the end
   * for npm's `latest`; `warnings` say so.
   * @throws AppError as `PackageRegistryClient.resolve`; Unprocessable `not_installable` with the catalogue's reason
   * where npm lacks what the catalogue lists; `policy_refused`; Conflict `source_conflict`
   */
  async find({ name, version, source }: InstallWish): Promise<WantedPackage> {
    const from = source ?? (await this.sourceOf(name, version));
    if (from === 'npm') return this.fromNpm(name, version);
    const published = await this.tools.artifacts.find(name, version);
    if (published) return { published, version: published.version };
    throw new NotFound('artifact_not_found', `Nothing is published here under "${name}".`, 'name');
  }

  private async sourceOf(name: string, version: string | undefined): Promise<InstallSource> {
    const standing = await this.tools.artifacts.standing(name, version);
    const from = standing ? 'artifact' : 'npm';
    const present = await this.records.sourceOf(name);
    if (present !== null && present !== from) throw sourceConflict(name, present, from);
    if (present === null && standing?.vouched === false) await this.assertNotOnNpm(name, standing);
    return from;
  }

  /** @throws Conflict `source_conflict` where npm has the name too, or does not say */
  private async assertNotOnNpm(name: string, { owner }: Standing): Promise<void> {
    const { registry } = await this.tools.get();
    const onNpm = await registry.resolve(name).then(
      () => 'npm has a package of that name too',
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'package_not_found' || error.code === 'package_name_invalid') return null;
        return error.code === 'version_not_found'
          ? 'npm has a package of that name too'
          : `whether npm has a package of that name too cannot be found out (${error.message})`;
      },
    );
    if (onNpm === null) return;
    throw new Conflict(
      'source_conflict',
      `"${name}" is published here by ${owner ?? 'nobody known'}, who may not install, and ${onNpm}. Say which it shall be: "source":"artifact" or "source":"npm".`,
      'source',
    );
  }

  private async fromNpm(name: string, version: string | undefined): Promise<WantedPackage> {
    const meant = await this.catalog.packageOf(name);
    // What a package of the same name on npm is, nobody who read the catalogue has asked for.
    if (meant && 'reason' in meant && meant.package === null) throw notInstallable(name, meant);
    const { resolved, warnings } = await this.onNpm(name, version, meant);
    enforce(factsOf(resolved), this.config);
    const topics = meant && 'topics' in meant ? meant.topics : [];
    return { published: null, version: resolved.version, resolved, warnings, topics };
  }

  private async onNpm(
    name: string,
    version: string | undefined,
    meant: MeantPackage | NoPackage | null,
  ): Promise<{ resolved: ResolvedPackage; warnings: PlanWarning[] }> {
    const { registry } = await this.tools.get();
    try {
      return { resolved: await registry.resolve(name, version), warnings: [] };
    } catch (error) {
      if (!(error instanceof AppError) || !NOT_ON_NPM.includes(error.code) || meant === null) throw error;
      if ('reason' in meant) throw notInstallable(name, meant);
      const others = offers(meant, name, version);
      if (version === undefined || others.length === 0) throw error;
      const resolved = await this.first(name, others, error);
      return { resolved, warnings: [exchanged(name, version, resolved.version)] };
    }
  }

  private async first(name: string, versions: readonly string[], cause: AppError): Promise<ResolvedPackage> {
    const { registry } = await this.tools.get();
    for (const version of versions) {
      const resolved = await registry.resolve(name, version).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'version_not_found') return null;
        throw error;
      });
      if (resolved) return resolved;
    }
    throw cause;
  }
}

/** What to try instead of a version that npm lacks; nothing where the catalogue does not name that one. */
function offers(meant: MeantPackage, name: string, version: string | undefined): string[] {
  const named = [...(meant.version === null ? [] : [meant.version]), ...meant.alternatives];
  if (meant.package !== name || version === undefined || !named.includes(version)) return [];
  return [...named.filter((one) => one !== version), 'latest'];
}

function exchanged(name: string, asked: string, version: string): PlanWarning {
  const message = `npm has no ${name}@${asked}, the version that the catalogue names; ${version} takes its place.`;
  return { code: 'catalogue_version', package: `${name}@${version}`, message };
}

function notInstallable(name: string, { reason }: NoPackage): Unprocessable {
  const message = `"${name}" is in the catalogue, but cannot be installed: ${reason}`;
  return new Unprocessable('not_installable', message, 'name');
}
