import { access, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Unprocessable } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { PluginInstalls } from '../plugins/index.js';
import { bundle, type Bundling } from './ejected-bundle.js';
import { copyFolder, ofWorkingCopy } from './ejected-files.js';
import { EjectedFolders } from './ejected-folders.js';
import { forgetBuilds, restoreBuild, saveBuild } from './ejected-saved-builds.js';
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
  /** Put on record without being started first. */
  untried?: boolean;
  /** The job that it is part of. */
  task?: Pick<JobTask, 'signal' | 'progress'>;
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

  /** @throws Unprocessable `build_failed`, and whatever keeps it from starting */
  async run(context: RequestContext, rebuild: Rebuild): Promise<void> {
    const { row, action, task, untried = false } = rebuild;
    const { npmName, version } = row;
    const path = await this.folders.newBuild(npmName);
    try {
      await this.build(rebuild, join(this.folders.builds, path));
      task?.signal.throwIfAborted();
      task?.progress('loading', 90);
      await this.installs.put(
        context,
        { source: 'ejected', npmName, version, path },
        { action, untried, alongside: (tx, pluginId) => this.versions.put(tx, { ...row, pluginId }) },
      );
    } catch (error) {
      await rm(join(this.folders.builds, path), { recursive: true, force: true });
      throw error;
    }
    await this.keepOnly(npmName, [path]);
  }

  /** Removes a package's builds but those named. */
  async keepOnly(npmName: string, paths: readonly string[]): Promise<void> {
    await this.folders.sweep(npmName, paths);
    const names = paths.map((path) => basename(path));
    await forgetBuilds(this.folders.copyOf(npmName), names);
  }

  /**
   * Makes sure that a build is where it should be; one that is gone is had again from the working copy's repository.
   * @param path as it is on record
   * @throws Unprocessable `path_not_found` with the way out
   */
  async check(row: InstalledVersionEntity, path: string): Promise<void> {
    const folder = join(this.folders.builds, path);
    if (await isThere(folder)) return;
    const copy = this.folders.copyOf(row.npmName);
    const fresh = join(this.folders.builds, await this.folders.newBuild(row.npmName));
    try {
      await mkdir(fresh, { mode: 0o755 });
      if (!(await restoreBuild(copy, basename(path), fresh))) throw buildIsGone(row.npmName, copy);
      await this.folders.linkDependencies(fresh, row);
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }

  private async build({ row, from, prepare, task, bundling }: Rebuild, folder: string): Promise<void> {
    task?.progress('building', 86);
    await copyFolder(from, folder, await ofWorkingCopy(from));
    await this.folders.linkDependencies(folder, row);
    await prepare?.(folder);
    await bundle(folder, bundling ?? 'if-needed');
    await saveBuild(this.folders.copyOf(row.npmName), folder, basename(folder));
  }
}

function buildIsGone(npmName: string, copy: string): Unprocessable {
  return new Unprocessable(
    'path_not_found',
    `What was built from the local copy of ${npmName} is not on this server any more. Sync the plugin to build it again from ${copy}, or reinject it to go back to npm.`,
    'path',
  );
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
