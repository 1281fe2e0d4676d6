import { rm } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import semver from 'semver';
import type { RequestContext } from '../../platform/http/request.js';
import { EjectedBuilds, type Rebuild } from './ejected-builds.js';
import { EjectedFolders } from './ejected-folders.js';
import { UPSTREAM_BRANCH, versionAt } from './ejected-history.js';
import { dropLanding, land, plannedVersion, planLanding } from './ejected-landing.js';
import { unlinkDependencies } from './ejected-links.js';
import { exportCommit, mergeUpstream } from './ejected-merge.js';
import { upstreamOf, writeRecord } from './ejected-copies.js';
import { InstallJob } from './install.job.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstallationRecords } from './installation-records.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';

/** How a merge is built, as part of a job. */
export type MergeBuild = Omit<Rebuild, 'row' | 'from'> & Required<Pick<Rebuild, 'task'>>;

/**
 * Merges newer npm versions into local edits. The merge is made beside the working copy, which gets it only when it
 * runs; a conflict, or a merge that does not start, changes neither the copy's files nor its branches.
 */
@Injectable()
export class EjectedUpstream {
  constructor(
    private readonly tools: PackageTools,
    private readonly job: InstallJob,
    private readonly records: InstallationRecords,
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
  ) {}

  /**
   * @returns the version that is merged and runs, with what `EjectedBuilds.run` tells; null when there is none newer
   * @throws Conflict `sync_conflict`; whatever refuses the newer package or keeps the merge from starting
   */
  async merge(
    context: RequestContext,
    row: InstalledVersionEntity,
    how: MergeBuild,
  ): Promise<{ version: string; note: string } | null> {
    const { npmName } = row;
    const { registry } = await this.tools.get();
    const { version } = await registry.resolve(npmName, 'latest');
    const dir = this.folders.copyOf(npmName);
    if (!semver.gt(version, (await versionAt(dir, UPSTREAM_BRANCH)) ?? row.version)) return null;
    const note = await this.job.prepare({ ...how.task, payload: { name: npmName, version } }, (next) =>
      this.mergeInto(context, { ...next, pluginId: row.pluginId }, how),
    );
    return { version, note };
  }

  /** Lands a merge that runs already, where the server ended before; one that does not run is forgotten. */
  async settle(row: InstalledVersionEntity): Promise<void> {
    const dir = this.folders.copyOf(row.npmName);
    const planned = await plannedVersion(dir);
    if (planned === row.version) await this.landMerge(row);
    else if (planned !== null) await dropLanding(dir);
  }

  private async mergeInto(
    context: RequestContext,
    newer: InstalledVersionEntity,
    how: MergeBuild,
  ): Promise<string> {
    const dir = this.folders.copyOf(newer.npmName);
    const scratch = await this.folders.newCopy();
    let note: string;
    try {
      const packageDir = this.records.pathOf(pathOf(newer));
      const { head, theirs } = await mergeUpstream(dir, packageDir, upstreamOf(newer));
      await exportCommit(dir, head, scratch);
      await planLanding(dir, head, theirs);
      note = await this.builds.run(context, { ...how, row: newer, from: scratch });
    } catch (error) {
      await dropLanding(dir);
      throw error;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    await this.landMerge(newer);
    return note;
  }

  private async landMerge(row: InstalledVersionEntity): Promise<void> {
    const dir = this.folders.copyOf(row.npmName);
    await unlinkDependencies(dir);
    await land(dir);
    await this.folders.linkDependencies(dir, row);
    await writeRecord(dir, upstreamOf(row));
  }
}
