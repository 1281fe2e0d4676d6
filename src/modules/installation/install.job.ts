import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { CONFIG } from '../../platform/tokens.js';
import { type Gathered, Gathering } from './gathering.js';
import type { InstallSource, VersionRow } from './installed-version.entity.js';
import { InstallationRecords, sourceConflict } from './installation-records.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';
import { packageFolder } from './packages/package-name.js';
import type { PlanWarning } from './packages/plan-warnings.js';
import { versionDirectory } from './version-directory.js';
import { VersionShelf } from './version-shelf.js';

export const INSTALL = 'install';

/** What an install job is told; the version is exact. */
export interface InstallPayload {
  name: string;
  version: string;
  /** Left out: the npm registry. */
  source?: InstallSource;
  enable?: boolean;
  /** Whether who asked for it may see secrets. */
  mayReveal?: boolean;
  /** The request named the source, so it may be another than that of what is installed. */
  mayChangeSource?: boolean;
  /** What was found when the version was looked up. */
  warnings?: readonly PlanWarning[];
  /** What the catalogue tags it with. */
  topics?: readonly string[];
}

/** What it leaves behind. */
export interface InstallResult {
  pluginId: string;
  name: string;
  version: string;
  installPath: string;
  warnings: readonly PlanWarning[];
}

/** As much of a job as fetching and building need. */
type Preparation = Pick<JobTask<InstallPayload>, 'payload' | 'signal' | 'progress'>;

/**
 * Installs one package version: resolve, policy, verify, build beside, one rename, start, record. Each step may be
 * run again; until the last one the version before is on record and runs.
 */
@Injectable()
export class InstallJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly tools: PackageTools,
    private readonly records: InstallationRecords,
    private readonly shelf: VersionShelf,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.define<InstallPayload>(INSTALL, (task) => this.install(task));
  }

  private async install(task: JobTask<InstallPayload>): Promise<InstallResult> {
    return this.prepare(task, (row) => this.begin(task, row));
  }

  /**
   * Fetches, checks and builds a version and holds it on the shelf while it is put to `use`; what is not on record
   * afterwards goes again.
   */
  async prepare<T>(task: Preparation, use: (row: VersionRow) => Promise<T>): Promise<T> {
    const unfinished = this.shelf.unfinished();
    const row = await this.made(task, unfinished);
    task.progress('validating', 85);
    try {
      return await this.shelf.holding(row.directory, async () => {
        await this.shelf.place(unfinished, row.directory, row.treeDigest);
        return use(row);
      });
    } finally {
      // The directory of a version that did not start, or those of versions no longer kept.
      await this.shelf.sweep();
    }
  }

  /** Longest time that a preparation may take, in milliseconds. */
  get timeoutMs(): number {
    return this.config.INSTALL_TIMEOUT;
  }

  private async made(task: Preparation, unfinished: string): Promise<VersionRow> {
    const { name, version, source } = task.payload;
    if (source !== 'artifact') {
      const { signal, progress } = task;
      const what = { name, version, directory: unfinished, signal, progress };
      return rowOf(await new Gathering(await this.tools.get(), this.config, what).run());
    }
    task.progress('extracting', 40);
    return this.tools.artifacts.prepare(task.payload, unfinished);
  }

  /** From here on it is done or not done: nothing is left to wait for that could be cancelled. */
  private async begin(task: JobTask<InstallPayload>, row: VersionRow): Promise<InstallResult> {
    task.signal.throwIfAborted();
    task.progress('loading', 90);
    const pluginId = await this.put(task, row);
    task.progress('complete', 100);
    const { name, version, warnings = [] } = task.payload;
    return { pluginId, name, version, installPath: join(this.tools.folder, pathOf(row)), warnings };
  }

  /** @throws Conflict `source_conflict` where the package came here from elsewhere while this was being built */
  private async assertSameSource(
    { name, mayChangeSource = false }: InstallPayload,
    { source }: VersionRow,
  ): Promise<void> {
    const present = mayChangeSource ? null : await this.records.sourceOf(name);
    if (present !== null && present !== source) throw sourceConflict(name, present, source);
  }

  private async put({ context, payload }: JobTask<InstallPayload>, row: VersionRow): Promise<string> {
    const retained = await this.records.versions.retained(payload.name);
    const code = {
      source: row.source,
      npmName: payload.name,
      version: payload.version,
      path: pathOf(row),
      topics: payload.topics ?? [],
    };
    return this.records.installs.put(context, code, {
      action: 'plugin.install',
      enable: payload.enable,
      retained: retained && { ...retained, id: retained.pluginId },
      mayReveal: payload.mayReveal ?? false,
      recheck: () => this.assertSameSource(payload, row),
      alongside: async (tx, pluginId) => {
        await this.records.versions.put(tx, { ...row, pluginId });
        await this.records.versions.prune(tx, { ...row, pluginId }, this.config.PLUGIN_KEEP_VERSIONS);
        await this.records.versions.forget(tx, payload.name);
      },
    });
  }
}

function rowOf({ plan, trust, built }: Gathered): VersionRow {
  const { packageDir, treeDigest, files, scripts } = built;
  return {
    version: plan.version,
    npmName: plan.name,
    source: 'npm',
    directory: versionDirectory(packageFolder(plan.name), plan.version, treeDigest),
    ...{ packageDir, treeDigest, files },
    lockfile: plan.lockfile,
    trust: { ...trust, scripts },
    unpackedBytes: String(built.unpackedBytes),
    installedAt: new Date(),
  };
}
