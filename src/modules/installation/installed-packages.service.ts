import { Inject, Injectable } from '@nestjs/common';
import semver from 'semver';
import type { Config } from '../../config.js';
import { AppError, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { CONFIG } from '../../platform/tokens.js';
import { PluginsService, type PluginDto } from '../plugins/index.js';
import type { InstalledVersionDto, UpdateListDto } from './installed.dto.js';
import type { PolicyDto, RollbackDto } from './installation.dto.js';
import {
  hasLocalCopy,
  InstallationRecords,
  notInstalled,
  sourceConflict,
  sourceOf,
} from './installation-records.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';

/** Tells what is installed and what is newer, and goes back to versions that are kept. */
@Injectable()
export class InstalledPackages {
  constructor(
    private readonly records: InstallationRecords,
    private readonly plugins: PluginsService,
    private readonly tools: PackageTools,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The version in use of each installed package. */
  async installed(): Promise<InstalledVersionDto[]> {
    return (await this.rowsInUse()).map((row) => this.present(row, true));
  }

  /** Kept versions, the one installed last first. @throws NotFound `plugin_not_found`, `not_installed` */
  async versions(segment: string): Promise<InstalledVersionDto[]> {
    const plugin = await this.plugins.get(segment);
    return (await this.kept(plugin)).map((row) => this.present(row, row.version === plugin.version));
  }

  /**
   * Goes back to a kept version, without the registry.
   * @returns the version
   * @throws NotFound `plugin_not_found`, `not_installed`, `version_not_kept`; Conflict `already_ejected`,
   *   `source_conflict` where it came from elsewhere and the request does not say so
   */
  async rollback(
    context: RequestContext,
    segment: string,
    { version: wanted, source: from }: RollbackDto,
  ): Promise<[plugin: PluginDto, to: string]> {
    const plugin = await this.plugins.get(segment);
    if (plugin.source === 'ejected') throw hasLocalCopy(plugin.id, 'x');
    const rows = await this.kept(plugin);
    const row = rows.find(({ version }) =>
      wanted === undefined ? version !== plugin.version : version === wanted,
    );
    if (!row) throw notKept(rows);
    const { npmName, version, source } = row;
    const present = sourceOf(plugin);
    if (source !== (from ?? present)) throw sourceConflict(npmName, present, source);
    await this.records.installs.put(
      context,
      { source, npmName, version, path: pathOf(row) },
      {
        action: 'plugin.rollback',
        // An installation, or the package's removal, may have come first.
        recheck: async () => {
          if (!(await this.records.versions.find(plugin.id, version))) throw notKept(await this.kept(plugin));
        },
        alongside: () => Promise.resolve(),
      },
    );
    return [await this.plugins.get(plugin.id), version];
  }

  /** Looks every installed package up where it came from: of a name that is published here, npm has another's. */
  async updates(): Promise<UpdateListDto> {
    const found: UpdateListDto = { count: 0, updates: [], unknown: {} };
    for (const { npmName: name, pluginId, version, source } of await this.rowsInUse()) {
      try {
        const newest = await (source === 'artifact' ? this.newestHere(name) : this.newestOnNpm(name));
        const step = stepTo(newest, version);
        if (step) found.updates.push({ name, pluginId, version, newest, ...step });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        found.unknown[name] = error.message;
      }
    }
    return { ...found, count: found.updates.length };
  }

  policy(): PolicyDto {
    const { config } = this;
    return {
      minReleaseAge: config.POLICY_MIN_RELEASE_AGE,
      allow: config.POLICY_ALLOW,
      deny: config.POLICY_DENY,
      requireSignature: config.POLICY_REQUIRE_SIGNATURE,
      requireProvenance: config.POLICY_REQUIRE_PROVENANCE,
      maxUnpackedMb: config.POLICY_MAX_UNPACKED_MB,
      maxFiles: config.POLICY_MAX_FILES,
      licenses: config.POLICY_LICENSES,
    };
  }

  private async rowsInUse(): Promise<InstalledVersionEntity[]> {
    const [rows, { plugins }] = await Promise.all([this.records.versions.list(), this.plugins.snapshot()]);
    const current = new Map(plugins.map(({ id, version }) => [id, version]));
    return rows.filter((row) => current.get(row.pluginId) === row.version);
  }

  private async newestHere(name: string): Promise<string> {
    const artifact = await this.tools.artifacts.find(name);
    if (artifact) return artifact.version;
    throw new NotFound('version_not_found', `"${name}" is no longer published here.`);
  }

  private async newestOnNpm(name: string): Promise<string> {
    const { registry } = await this.tools.get();
    return (await registry.resolve(name, 'latest')).version;
  }

  private async kept(plugin: PluginDto): Promise<InstalledVersionEntity[]> {
    const rows = await this.records.versions.list(plugin.id);
    if (rows.length === 0) throw notInstalled(plugin.id);
    return rows;
  }

  private present(row: InstalledVersionEntity, current: boolean): InstalledVersionDto {
    const { npmName: name, pluginId, version, source, trust, files } = row;
    const path = this.records.pathOf(pathOf(row));
    return {
      ...{ name, pluginId, version, source, current, files, trust },
      installedAt: row.installedAt.toISOString(),
      path,
      installPath: path,
      integrity: trust.integrity,
      unpackedSize: Number(row.unpackedBytes),
    };
  }
}

/** Whether a version is newer, and by how much; what is published here need not be a semantic version. */
function stepTo(newest: string, current: string): { major: boolean } | null {
  const comparable = semver.valid(newest) !== null && semver.valid(current) !== null;
  if (!comparable) return newest === current ? null : { major: false };
  return semver.gt(newest, current) ? { major: semver.major(newest) > semver.major(current) } : null;
}

function notKept(rows: readonly InstalledVersionEntity[]): NotFound {
  const kept = rows.map(({ version }) => version).join(', ');
  return new NotFound(
    'version_not_kept',
    `There is no such version to go back to. Kept: ${kept}.`,
    'version',
  );
}
