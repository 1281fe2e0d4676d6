import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PluginSources } from '../plugins/index.js';
import { EjectedBuilds } from './ejected-builds.js';
import { EjectedFolders } from './ejected-folders.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { PackageCode } from './package-code.js';
import { PackageTools } from './package-tools.js';

/** Finds the code of ejected plugins: a build of the local copy, with the dependencies of the npm version below it. */
@Injectable()
export class EjectedCode implements OnModuleInit {
  constructor(
    private readonly sources: PluginSources,
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
    private readonly versions: InstalledVersionRepository,
    private readonly code: PackageCode,
    private readonly tools: PackageTools,
  ) {}

  onModuleInit(): void {
    this.sources.define('ejected', async ({ id, path, version, checksum }) => {
      // A version that is being merged is not on record yet; it was built a moment ago.
      const row = version === null ? null : await this.versions.find(id, version);
      if (row) await this.code.check(row);
      if (row && path !== null) await this.builds.check(row, { path, checksum });
      return {
        path: join(this.folders.builds, path ?? ''),
        roots: [this.folders.builds, this.tools.folder],
      };
    });
  }
}
