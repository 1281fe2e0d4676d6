import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../../config.js';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { CONFIG } from '../../platform/tokens.js';
import { PluginInstalls } from '../plugins/index.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';
import type { BuildProgress } from './packages/build-progress.js';
import type { BuiltPackage, PackagePlan } from './packages/package-builder.js';
import { packageFolder } from './packages/package-name.js';
import { enforce } from './packages/package-policy.js';
import type { Trust } from './packages/package-verifier.js';
import { VersionShelf } from './version-shelf.js';

export const INSTALL = 'install';

/** What an install job is told; the version is exact. */
export interface InstallPayload {
  name: string;
  version: string;
  enable?: boolean;
}

/** What it leaves behind. */
export interface InstallResult {
  pluginId: string;
  name: string;
  version: string;
  installPath: string;
}

/** As much of a job as fetching and building need. */
type Preparation = Pick<JobTask<InstallPayload>, 'payload' | 'signal' | 'progress'>;

interface Gathered {
  plan: PackagePlan;
  trust: Trust;
}

/** Where a phase begins and ends on the scale of the whole job. */
const SCALE: Record<BuildProgress['phase'], [from: number, to: number]> = {
  resolving: [5, 25],
  downloading: [35, 70],
  extracting: [70, 80],
};

/**
 * Installs one package version: resolve, policy, verify, build beside, one rename, start, record. Each step may be
 * run again; until the last one the version before is on record and runs.
 */
@Injectable()
export class InstallJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly tools: PackageTools,
    private readonly installs: PluginInstalls,
    private readonly versions: InstalledVersionRepository,
    private readonly shelf: VersionShelf,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.define<InstallPayload>(INSTALL, (task) => this.install(task));
  }

  private async install(task: JobTask<InstallPayload>): Promise<InstallResult> {
    const row = await this.prepare(task);
    task.progress('loading', 90);
    const pluginId = await this.put(task, row);
    await this.shelf.prune(pluginId);
    task.progress('complete', 100);
    const { name, version } = task.payload;
    return { pluginId, name, version, installPath: join(this.tools.folder, pathOf(row)) };
  }

  /** Fetches, checks and builds a version, and puts it in its place on disk; nothing is recorded or run. */
  async prepare(task: Preparation): Promise<Omit<InstalledVersionEntity, 'pluginId'>> {
    const gathered = await this.gather(task);
    const { directory, built } = await this.build(task, gathered.plan);
    return rowOf(gathered, built, directory);
  }

  /** Longest time that a preparation may take, in milliseconds. */
  get timeoutMs(): number {
    return this.config.INSTALL_TIMEOUT;
  }

  private async gather({ payload, signal, progress }: Preparation): Promise<Gathered> {
    const { registry, builder, verifier } = await this.tools.get();
    progress('resolving', 5);
    const resolved = await registry.resolve(payload.name, payload.version, signal);
    const facts = {
      name: payload.name,
      publishedAt: resolved.publishedAt,
      license: resolved.manifest.license,
    };
    enforce(facts, this.config);
    const plan = await builder.plan(payload.name, payload.version, { signal, onProgress: scaled(progress) });
    progress('verifying', 25);
    const trust = await verifier.verify(resolved, plan, signal);
    enforce({ name: payload.name, signature: trust.signature, provenance: trust.provenance }, this.config);
    return { plan, trust };
  }

  private async build(
    { signal, progress }: Preparation,
    plan: PackagePlan,
  ): Promise<{ directory: string; built: BuiltPackage }> {
    const { builder } = await this.tools.get();
    const unfinished = join(this.tools.folder, 'unfinished', `build-${randomUUID()}`);
    progress('downloading', 35);
    const built = await builder.build(plan, unfinished, { signal, onProgress: scaled(progress) });
    progress('validating', 85);
    const directory = join('versions', packageFolder(plan.name), `${plan.version}-${shortDigest(built)}`);
    await this.moveIntoPlace(unfinished, join(this.tools.folder, directory));
    return { directory, built };
  }

  /** One rename; the same content may be there already, from an earlier run or for another plugin. */
  private async moveIntoPlace(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true, mode: 0o755 });
    const known = await access(to).then(
      () => true,
      () => false,
    );
    if (known) await rm(from, { recursive: true, force: true });
    else await rename(from, to);
  }

  private async put(
    { context, payload }: JobTask<InstallPayload>,
    row: Omit<InstalledVersionEntity, 'pluginId'>,
  ) {
    const retained = await this.versions.retained(payload.name);
    const code = {
      source: 'npm' as const,
      npmName: payload.name,
      version: payload.version,
      path: pathOf(row),
    };
    return this.installs.put(context, code, {
      action: 'plugin.install',
      enable: payload.enable,
      retained: retained && { id: retained.pluginId, config: retained.config },
      alongside: async (tx, pluginId) => {
        await this.versions.put(tx, { ...row, pluginId });
        await this.versions.forget(tx, payload.name);
      },
    });
  }
}

function rowOf(
  { plan, trust }: Gathered,
  built: BuiltPackage,
  directory: string,
): Omit<InstalledVersionEntity, 'pluginId'> {
  return {
    version: plan.version,
    npmName: plan.name,
    directory,
    packageDir: built.packageDir,
    lockfile: plan.lockfile,
    treeDigest: built.treeDigest,
    trust: { ...trust, scripts: built.scripts },
    unpackedBytes: String(built.unpackedBytes),
    files: built.files,
    installedAt: new Date(),
  };
}

function scaled(progress: JobTask['progress']): (step: BuildProgress) => void {
  return ({ phase, percentage }) => {
    const [from, to] = SCALE[phase];
    progress(phase, Math.round(from + ((to - from) * percentage) / 100));
  };
}

function shortDigest({ treeDigest }: BuiltPackage): string {
  return Buffer.from(treeDigest.replace(/^sha256-/, ''), 'base64')
    .toString('hex')
    .slice(0, 16);
}
