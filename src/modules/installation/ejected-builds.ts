import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Unprocessable } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { PluginInstalls } from '../plugins/index.js';
import { bundle, type Bundling } from './ejected-bundle.js';
import { copyFolder, ofWorkingCopy } from './ejected-files.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedPlaces } from './ejected-places.js';
import { EjectedSavedBuilds, type SavedBuild } from './ejected-saved-builds.js';
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
  /** The server that had the working copy before this one. */
  before?: string | null;
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
    private readonly places: EjectedPlaces,
    private readonly saved: EjectedSavedBuilds,
    private readonly installs: PluginInstalls,
    private readonly versions: InstalledVersionRepository,
  ) {}

  /**
   * @returns what there is to tell of it beside that it runs; empty for nothing
   * @throws Unprocessable `build_failed`, and whatever keeps it from starting
   */
  async run(context: RequestContext, rebuild: Rebuild): Promise<string> {
    const { row, action, task, before, untried = false } = rebuild;
    const { npmName, version } = row;
    const path = await this.folders.newBuild(npmName);
    const folder = join(this.folders.builds, path);
    let saved: SavedBuild;
    try {
      await this.build(rebuild, folder);
      saved = await this.saved.save(folder);
      task?.signal.throwIfAborted();
      task?.progress('loading', 90);
      await this.installs.put(
        context,
        { source: 'ejected', npmName, version, path, checksum: saved.checksum },
        {
          ...{ action, untried },
          alongside: async (tx, pluginId) => {
            await this.versions.put(tx, { ...row, pluginId });
            await this.places.hold(tx, { pluginId, npmName }, before);
          },
        },
      );
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    await this.folders.sweep(npmName, [path]);
    return saved.obstacle === null ? '' : `; it runs on this server alone: ${saved.obstacle}`;
  }

  /**
   * Makes sure that a build is where it should be; what this server does not have is had from what is kept of it.
   * @param path as it is on record
   * @throws Unprocessable `path_not_found` with the way out
   */
  async check(
    row: InstalledVersionEntity,
    { path, checksum }: { path: string; checksum: string | null },
  ): Promise<void> {
    const folder = join(this.folders.builds, path);
    if (await isThere(folder)) return;
    const fresh = join(this.folders.builds, await this.folders.newBuild(row.npmName));
    try {
      await mkdir(fresh, { mode: 0o755 });
      if (!(await this.saved.restore(checksum, fresh))) throw buildIsGone(row.npmName);
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
  }
}

function buildIsGone(npmName: string): Unprocessable {
  return new Unprocessable(
    'path_not_found',
    `What was built from the local copy of ${npmName} is neither on this server nor kept for it. Sync the plugin to build it again, or reinject it to go back to npm.`,
    'path',
  );
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
