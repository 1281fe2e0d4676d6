import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { ErrorCode } from '../../platform/http/error-codes.js';
import { AppError, Unprocessable } from '../../platform/http/errors.js';
import { CONFIG } from '../../platform/tokens.js';
import {
  CatalogLookup,
  type MeantPackage,
  type NoPackage,
  type PublishedArtifact,
} from '../registry/index.js';
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
    const meant = await this.catalog.packageOf(name);
    // What a package of the same name on npm is, nobody who read the catalogue has asked for.
    if (meant && 'reason' in meant && meant.package === null) throw notInstallable(name, meant);
    const { resolved, warnings } = await this.onNpm(name, version, meant);
    enforce(factsOf(resolved), this.config);
    return { published: null, version: resolved.version, resolved, warnings };
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
