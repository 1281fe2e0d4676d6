import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Unprocessable } from '../../platform/http/errors.js';
import { type LocatedCode, type PluginAddress, PluginSources } from '../plugins/index.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { PackageTools } from './package-tools.js';
import { changedSince } from './packages/tree-digest.js';
import { VersionShelf } from './version-shelf.js';

/**
 * Finds the code of installed packages. What is on disk is compared with the digest on record at every start: a
 * changed file means an error, not a load. What is missing (an empty disk) is built again from the lockfile, or the published artifact.
 */
@Injectable()
export class PackageCode implements OnModuleInit {
  constructor(
    private readonly sources: PluginSources,
    private readonly versions: InstalledVersionRepository,
    private readonly tools: PackageTools,
    private readonly shelf: VersionShelf,
  ) {}

  onModuleInit(): void {
    for (const source of ['npm', 'artifact'] as const)
      this.sources.define(source, (address) => this.locate(address));
  }

  private async locate({ id, source, path, version, npmName }: PluginAddress): Promise<LocatedCode> {
    // A version that is being installed is not on record yet; it was built a moment ago.
    const row = version === null ? null : await this.versions.find(id, version);
    const schema =
      source === 'artifact' && npmName !== null && version !== null
        ? await this.tools.artifacts.configSchema(npmName, version)
        : null;
    const located = {
      ...{ path: join(this.tools.folder, path ?? ''), roots: [this.tools.folder] },
      ...(schema && { configSchema: schema }),
    };
    if (!row || pathOf(row) !== path) return located;
    await this.check(row);
    return located;
  }

  /** Builds a kept version again where it is missing. @throws Unprocessable `package_changed` */
  async check(row: InstalledVersionEntity): Promise<void> {
    const directory = join(this.tools.folder, row.directory);
    if (!(await exists(directory))) await this.rebuild(row);
    const changed = await changedSince(directory, row.treeDigest);
    if (changed)
      throw new Unprocessable(
        'package_changed',
        `Files of the installed package are not what was installed (${changed.slice(0, 3).join(', ')}). Install it again.`,
      );
  }

  private async rebuild(row: InstalledVersionEntity): Promise<void> {
    const { npmName: name, version, lockfile, directory, source } = row;
    const unfinished = this.shelf.unfinished();
    const { treeDigest } =
      source === 'artifact'
        ? await this.tools.artifacts.build({ name, version }, unfinished)
        : await (await this.tools.get()).builder.buildFromLockfile({ name, version, lockfile }, unfinished);
    if (treeDigest === row.treeDigest) return this.shelf.place(unfinished, directory, treeDigest);
    await rm(unfinished, { recursive: true, force: true });
    throw new Unprocessable('package_changed', 'The package cannot be built again as it was installed.');
  }
}

/** A version's path in its plugin's record. */
export function pathOf({
  directory,
  packageDir,
}: Pick<InstalledVersionEntity, 'directory' | 'packageDir'>): string {
  return join(directory, packageDir);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
