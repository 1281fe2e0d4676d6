import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Unprocessable } from '../../../platform/http/errors.js';
import { type BuildProgress, ProgressReader } from './build-progress.js';
import { checkBuiltPackages } from './built-packages.js';
import type { SkippedScript } from './install-scripts.js';
import { inspectLockfile, type LockedPackage } from './lockfile.js';
import { checkPackageName } from './package-name.js';
import { KeptPlans, type PackagePlan } from './package-plan.js';
import { enforce } from './package-policy.js';
import { RESOLVED } from './pnpm-hooks.js';
import { readSignatures } from './package-registry.client.js';
import { type BuilderSettings, PnpmInstall } from './pnpm-install.js';
import type { PnpmEvent } from './pnpm-process.js';
import { EarlyReading, recordTree } from './tree-digest.js';

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

export interface FreshOptions extends StepOptions {
  /** Told the closure as soon as all is resolved; it does not throw. */
  readonly onResolved: (closure: Closure) => void;
}

export interface BuiltPackage {
  /** Folder of the package itself, relative to the directory that was built: it may be renamed. */
  readonly packageDir: string;
  /** Of the whole directory; see tree-digest. */
  readonly treeDigest: string;
  readonly unpackedBytes: number;
  readonly files: number;
  /** Install scripts that were not run. */
  readonly scripts: readonly SkippedScript[];
}

type Closure = readonly LockedPackage[];

const METADATA_FRESH_MS = 3_600_000;
const LOCKFILE = 'pnpm-lock.yaml';

/**
 * Builds a directory that holds one package version and its dependencies. No code of a package runs, nothing but
 * registry archives with strong hashes is fetched, and a directory that failed to build is not left behind.
 */
export class PackageBuilder {
  private readonly pnpm: PnpmInstall;
  private readonly plans = new KeptPlans();

  constructor(private readonly settings: BuilderSettings) {
    this.pnpm = new PnpmInstall(settings);
  }

  /** The plan that was made of a version within the hour, if one was. */
  async keptPlan(name: string, version: string): Promise<PackagePlan | null> {
    const since = await this.keptSince();
    return isFresh(since) ? this.plans.find(name, version, since) : null;
  }

  /**
   * Resolves the closure; fetches metadata alone. Asked again within the hour, it answers what it did.
   * @throws Unprocessable `package_refused`, `policy_refused`; BadGateway `registry_unreachable`,
   *   `install_failed`; GatewayTimeout `registry_timeout`, `install_timeout`; the signal's reason
   */
  async plan(name: string, version: string, options: StepOptions = {}): Promise<PackagePlan> {
    checkPackageName(name);
    const { since, fresh } = await this.metadata();
    const kept = this.plans.find(name, version, since);
    if (kept) return kept;
    const unfinished = join(this.settings.folder, 'unfinished');
    await mkdir(unfinished, { recursive: true });
    const folder = await mkdtemp(join(unfinished, 'plan-'));
    try {
      await writeManifest(folder, name, version);
      const progress = new ProgressReader(options.onProgress, null);
      let told: Closure = [];
      await this.pnpm.run(folder, ['--lockfile-only', ...metadataFlags(fresh)], {
        signal: options.signal,
        onEvent: (event) => {
          if (event.name === RESOLVED) told = closureIn(event);
          progress.read(event);
        },
      });
      return await this.planIn(folder, { name, version, since, told });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Fetches and unpacks a plan into `directory`, which must not exist; the caller renames it into its place.
   * @param plan made by `plan`, which has inspected it
   * @throws as `plan`, and Unprocessable `integrity_mismatch`
   */
  async build(plan: PackagePlan, directory: string, options: StepOptions = {}): Promise<BuiltPackage> {
    const { name, version, lockfile, closure } = plan;
    return this.inDirectory(directory, async (early) => {
      await writeManifest(directory, name, version);
      await writeFile(join(directory, LOCKFILE), lockfile);
      const progress = new ProgressReader(options.onProgress, closure.length);
      await this.pnpm.run(directory, ['--frozen-lockfile'], {
        signal: options.signal,
        onEvent: (event) => {
          progress.read(event);
          early.read(event);
        },
      });
      options.signal?.throwIfAborted();
      return this.finished(plan, directory, early);
    });
  }

  /**
   * Plans and builds in one go: what is resolved is fetched while the rest is still looked up. What the policy says of
   * names and of ages, and where archives come from, is asked before each is fetched.
   * @throws as `build`
   */
  async planAndBuild(
    { name, version }: Pick<PackagePlan, 'name' | 'version'>,
    directory: string,
    { signal, onProgress, onResolved }: FreshOptions,
  ): Promise<{ plan: PackagePlan; built: BuiltPackage }> {
    checkPackageName(name);
    const { since, fresh } = await this.metadata();
    return this.inDirectory(directory, async (early) => {
      await writeManifest(directory, name, version);
      const progress = new ProgressReader(onProgress, null);
      let told: Closure = [];
      await this.pnpm.run(directory, metadataFlags(fresh), {
        signal,
        onEvent: (event) => {
          if (event.name === RESOLVED) {
            told = closureIn(event);
            progress.resolved(told.length);
            onResolved(told);
          }
          progress.read(event);
          early.read(event);
        },
      });
      signal?.throwIfAborted();
      const plan = await this.planIn(directory, { name, version, since, told });
      return { plan, built: await this.finished(plan, directory, early) };
    });
  }

  /** Builds what was built before, on an empty disk: the same lockfile gives the same digest. @throws as `build` */
  async buildFromLockfile(
    recorded: Pick<PackagePlan, 'name' | 'version' | 'lockfile'>,
    directory: string,
    options: StepOptions = {},
  ): Promise<BuiltPackage> {
    // It comes from a database: what is built is what its lockfile says, looked at again.
    const { name, version, lockfile } = recorded;
    return this.build({ ...recorded, closure: inspectLockfile(lockfile, name, version) }, directory, options);
  }

  /** @throws as `PnpmInstall.pruneStore` */
  pruneStore(now?: number): Promise<void> {
    return this.pnpm.pruneStore(now);
  }

  /** Reads the lockfile that was made in a folder, asks the policy, and keeps it. */
  private async planIn(
    folder: string,
    { name, version, since, told }: Pick<PackagePlan, 'name' | 'version'> & { since: number; told: Closure },
  ): Promise<PackagePlan> {
    const lockfile = await readFile(join(folder, LOCKFILE), 'utf8');
    const closure = asTold(inspectLockfile(lockfile, name, version), told);
    enforce({ name, dependencies: closure.map((one) => one.name) }, this.settings.policy);
    const plan = { name, version, closure, lockfile };
    this.plans.keep(plan, since);
    return plan;
  }

  private async inDirectory<T>(directory: string, work: (early: EarlyReading) => Promise<T>): Promise<T> {
    await mkdir(join(directory, '..'), { recursive: true });
    await mkdir(directory);
    const early = new EarlyReading(directory);
    try {
      return await work(early);
    } catch (error) {
      await early.end();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private async finished(
    { name, closure }: PackagePlan,
    directory: string,
    early: EarlyReading,
  ): Promise<BuiltPackage> {
    const scripts = await checkBuiltPackages(directory, closure);
    const { digest, files, bytes } = await recordTree(directory, await early.end());
    enforce({ name, files, unpackedBytes: bytes }, this.settings.policy);
    const real = await realpath(join(directory, 'node_modules', name));
    const packageDir = relative(await realpath(directory), real);
    return { packageDir, treeDigest: digest, unpackedBytes: bytes, files, scripts };
  }

  /** Metadata may be taken from the disk for an hour after it began to be kept there; then all is asked for again. */
  private async metadata(): Promise<{ since: number; fresh: boolean }> {
    const since = await this.keptSince();
    if (isFresh(since)) return { since, fresh: true };
    await mkdir(join(this.marker, '..'), { recursive: true });
    await writeFile(this.marker, '');
    return { since: await this.keptSince(), fresh: false };
  }

  private async keptSince(): Promise<number> {
    return (await stat(this.marker).catch(() => null))?.mtimeMs ?? 0;
  }

  private get marker(): string {
    return join(this.settings.folder, 'metadata', 'kept-since');
  }
}

function isFresh(since: number): boolean {
  return Date.now() - since < METADATA_FRESH_MS;
}

function closureIn(event: PnpmEvent): Closure {
  const packages = event['packages'] as (LockedPackage & { signatures?: unknown })[];
  return packages.map(({ signatures, ...one }) =>
    signatures === undefined ? one : { ...one, signatures: readSignatures(signatures) },
  );
}

/**
 * The closure of a lockfile with what was told of it. Its evidence is asked for by what was told: what is built must
 * be the same, package by package.
 * @throws Unprocessable `package_refused`
 */
function asTold(closure: Closure, told: Closure): Closure {
  const known = new Map(told.map((one) => [`${one.name}@${one.version} ${one.integrity}`, one]));
  const found = closure.flatMap((one) => known.get(`${one.name}@${one.version} ${one.integrity}`) ?? []);
  if (found.length === closure.length && known.size === closure.length) return found;
  throw new Unprocessable('package_refused', 'The lockfile is not what was resolved.', 'name');
}

/** @param fresh whether metadata on the disk will do */
function metadataFlags(fresh: boolean): string[] {
  return fresh ? ['--prefer-offline'] : [];
}

async function writeManifest(folder: string, name: string, version: string): Promise<void> {
  const manifest = { private: true, dependencies: { [name]: version } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
}
