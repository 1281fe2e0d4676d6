import { rm } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import semver from 'semver';
import type { RequestContext } from '../../platform/http/request.js';
import { EjectedBuilds, type Rebuild } from './ejected-builds.js';
import { EjectedFolders } from './ejected-folders.js';
import type { Upstream } from './ejected-history.js';
import { exportCommit, land, mergeUpstream, upstreamVersion } from './ejected-merge.js';
import { upstreamOf, writeRecord } from './ejected.service.js';
import { InstallJob } from './install.job.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstallationRecords } from './installation-records.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';

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
   * @returns the version that is merged and runs; null when there is none that is newer
   * @throws Conflict `sync_conflict`; whatever refuses the newer package or keeps the merge from starting
   */
  async merge(
    context: RequestContext,
    row: InstalledVersionEntity,
    how: Omit<Rebuild, 'row' | 'from'>,
  ): Promise<string | null> {
    const { npmName } = row;
    const { registry } = await this.tools.get();
    const { version } = await registry.resolve(npmName, 'latest');
    const dir = this.folders.copyOf(npmName);
    if (!semver.gt(version, (await upstreamVersion(dir)) ?? row.version)) return null;
    const preparation = {
      payload: { name: npmName, version },
      signal: AbortSignal.timeout(this.job.timeoutMs),
      progress: () => undefined,
    };
    await this.job.prepare(preparation, (next) =>
      this.mergeInto(context, { ...next, pluginId: row.pluginId }, how),
    );
    return version;
  }

  private async mergeInto(
    context: RequestContext,
    newer: InstalledVersionEntity,
    how: Omit<Rebuild, 'row' | 'from'>,
  ): Promise<void> {
    const dir = this.folders.copyOf(newer.npmName);
    const scratch = await this.folders.newCopy();
    try {
      const upstream: Upstream = upstreamOf(newer);
      const merged = await mergeUpstream(dir, this.records.pathOf(pathOf(newer)), upstream);
      await exportCommit(dir, merged.head, scratch);
      await this.builds.run(context, { ...how, row: newer, from: scratch });
      await land(dir, merged);
      await this.folders.linkDependencies(dir, newer);
      await writeRecord(dir, upstream);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}
