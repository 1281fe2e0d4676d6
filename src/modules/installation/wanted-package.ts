import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { AppError, Unprocessable } from '../../platform/http/errors.js';
import { CONFIG } from '../../platform/tokens.js';
import { CatalogLookup, type MeantPackage, type PublishedArtifact } from '../registry/index.js';
import { PackageTools } from './package-tools.js';
import { enforce } from './packages/package-policy.js';
import type { ResolvedPackage } from './packages/package-registry.client.js';
import type { PlanWarning } from './packages/plan-warnings.js';
import { factsOf } from './packages/policy-facts.js';

/** What an installation is to install: something published here, or a version on npm. */
export type WantedPackage =
  | { readonly published: PublishedArtifact; readonly version: string }
  | {
      readonly published: null;
      readonly version: string;
      readonly resolved: ResolvedPackage;
      readonly warnings: readonly PlanWarning[];
    };

/** Finds what a name and a version mean. What is published here goes before npm, as it does in the catalogue. */
@Injectable()
export class WantedPackages {
  constructor(
    private readonly tools: PackageTools,
    private readonly catalog: CatalogLookup,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * A version that the catalogue names and npm lacks stands for the others that the catalogue names, and in the end
   * for npm's `latest`; `warnings` say so.
   * @throws AppError as `PackageRegistryClient.resolve`; Unprocessable `not_installable` with the catalogue's reason
   * where npm lacks what the catalogue lists; `policy_refused`
   */
  async find(name: string, version: string | undefined): Promise<WantedPackage> {
    const published = await this.tools.artifacts.find(name, version);
    if (published) return { published, version: published.version };
    // What a package of the same name on npm is, nobody who read the catalogue has asked for.
    const reason = await this.catalog.foreign(name);
    if (reason !== null) throw notInstallable(name, { reason });
    const { resolved, warnings } = await this.onNpm(name, version);
    enforce(factsOf(resolved), this.config);
    return { published: null, version: resolved.version, resolved, warnings };
  }

  private async onNpm(
    name: string,
    version: string | undefined,
  ): Promise<{ resolved: ResolvedPackage; warnings: PlanWarning[] }> {
    const { registry } = await this.tools.get();
    try {
      return { resolved: await registry.resolve(name, version), warnings: [] };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const others = await this.catalogueOffers(error, name, version);
      if (version === undefined || others.length === 0) throw error;
      const resolved = await this.first(name, others, error);
      return { resolved, warnings: [exchanged(name, version, resolved.version)] };
    }
  }

  /** What to try instead of a version that npm lacks; nothing where the catalogue does not name it. */
  private async catalogueOffers(
    error: AppError,
    name: string,
    version: string | undefined,
  ): Promise<string[]> {
    if (!['version_not_found', 'package_not_found', 'package_name_invalid'].includes(error.code)) return [];
    const meant = await this.catalog.packageOf(name);
    if (meant === null) return [];
    if (error.code !== 'version_not_found') throw notInstallable(name, meant);
    if ('reason' in meant || meant.package !== name) return [];
    const named = [...(meant.version === null ? [] : [meant.version]), ...meant.alternatives];
    if (version === undefined || !named.includes(version)) return [];
    return [...named.filter((one) => one !== version), 'latest'];
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

function exchanged(name: string, asked: string, version: string): PlanWarning {
  const message = `npm has no ${name}@${asked}, the version that the catalogue names; ${version} takes its place.`;
  return { code: 'catalogue_version', package: `${name}@${version}`, message };
}

function notInstallable(name: string, meant: MeantPackage | { reason: string }): Unprocessable {
  const why = 'reason' in meant ? meant.reason : `npm has no package of that name`;
  const way = 'package' in meant && meant.package !== name ? ` Did you mean "${meant.package}"?` : '';
  const message = `"${name}" is in the catalogue, but cannot be installed: ${why.replace(/\.$/, '')}.${way}`;
  return new Unprocessable('not_installable', message, 'name');
}
