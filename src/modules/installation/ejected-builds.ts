import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../platform/http/request.js';
import { PluginInstalls } from '../plugins/index.js';
import { bundle, type Bundling } from './ejected-bundle.js';
import { copyFolder, ofWorkingCopy } from './ejected-files.js';
import { EjectedFolders } from './ejected-folders.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstalledVersionRepository } from './installed-version.repository.js';

/** A build of a local copy to be made and run. */
export interface Rebuild {
  action: string;
  /** The npm version below it; put on record when it is not there. */
  row: InstalledVersionEntity;
  /** Folder to build from. */
  from: string;
  bundling?: Bundling;
  /** Run in the build, after it is copied. */
  prepare?: (folder: string) => Promise<void>;
}

/**
 * Makes what runs out of a working copy: a copy of its own that later edits do not reach, so that a crash or a restart
 * runs what was tried, never what is half typed. A build that does not start is not left behind.
 */
@Injectable()
export class EjectedBuilds {
  constructor(
    private readonly folders: EjectedFolders,
    private readonly installs: PluginInstalls,
    private readonly versions: InstalledVersionRepository,
  ) {}

  /** @returns the build's path @throws Unprocessable `build_failed`, and whatever keeps it from starting */
  async run(context: RequestContext, rebuild: Rebuild): Promise<string> {
    const { row, from, action, bundling = 'if-needed' } = rebuild;
    const path = await this.folders.newBuild(row.npmName);
    const folder = join(this.folders.builds, path);
    try {
      await copyFolder(from, folder, ofWorkingCopy);
      await this.folders.linkDependencies(folder, row);
      await rebuild.prepare?.(folder);
      await bundle(folder, bundling);
      const { npmName, version } = row;
      await this.installs.put(
        context,
        { source: 'ejected', npmName, version, path },
        { action, alongside: (tx, pluginId) => this.versions.put(tx, { ...row, pluginId }) },
      );
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    await this.folders.sweep(row.npmName, [path]);
    return folder;
  }
}
