import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Turnstile } from '../../../platform/turnstile.js';
import { type BuildProgress, ProgressReader } from './build-progress.js';
import { checkBuiltPackages } from './built-packages.js';
import type { SkippedScript } from './install-scripts.js';
import { inspectLockfile } from './lockfile.js';
import type { NpmConfig } from './npm-config.js';
import { checkPackageName } from './package-name.js';
import { KeptPlans, type PackagePlan } from './package-plan.js';
import { type PolicySettings, enforce } from './package-policy.js';
import { pnpmFailure } from './pnpm-failure.js';
import { type PnpmRun, runPnpm } from './pnpm-process.js';
import { EarlyReading, recordTree } from './tree-digest.js';

export interface BuilderSettings {
  /** Folder for the store, the metadata and unfinished work; one file system with the directories built. */
  readonly folder: string;
  readonly npm: NpmConfig;
  readonly policy: PolicySettings;
  /** Longest step, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether a guest could write to files of the server's user if its fence failed. Then packages are copies;
   * else they share their bytes with the store by hard links.
   */
  readonly guestsShareOurUser: boolean;
}

export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
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

const METADATA_FRESH_MS = 3_600_000;
const PRUNE_EVERY_MS = 7 * 24 * 3_600_000;
const HOOKS = fileURLToPath(new URL('./pnpm-hooks.js', import.meta.url));
const LOCKFILE = 'pnpm-lock.yaml';

/**
 * Builds a directory that holds one package version and its dependencies. No code of a package runs, nothing but
 * registry archives with strong hashes is fetched, and a directory that failed to build is not left behind.
 */
export class PackageBuilder {
  private readonly store = new Turnstile();
  private readonly plans = new KeptPlans();

  constructor(private readonly settings: BuilderSettings) {}

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
    const lockfile = await this.resolve(name, version, fresh, options);
    const closure = inspectLockfile(lockfile, name, version);
    enforce({ name, dependencies: closure.map((one) => one.name) }, this.settings.policy);
    const plan = { name, version, closure, lockfile };
    this.plans.keep(plan, since);
    return plan;
  }

  /** @param fresh whether metadata on the disk will do @returns a lockfile, not looked at yet */
  private async resolve(
    name: string,
    version: string,
    fresh: boolean,
    options: StepOptions,
  ): Promise<string> {
    const unfinished = join(this.settings.folder, 'unfinished');
    await mkdir(unfinished, { recursive: true });
    const folder = await mkdtemp(join(unfinished, 'plan-'));
    try {
      await writeManifest(folder, name, version);
      const progress = reader(options, null);
      await this.run(folder, ['--lockfile-only', ...(fresh ? ['--prefer-offline'] : [])], {
        signal: options.signal,
        onEvent: (event) => progress.read(event),
      });
      return await readFile(join(folder, LOCKFILE), 'utf8');
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
    await mkdir(join(directory, '..'), { recursive: true });
    await mkdir(directory);
    const early = new EarlyReading(directory);
    try {
      await writeManifest(directory, name, version);
      await writeFile(join(directory, LOCKFILE), lockfile);
      const progress = reader(options, closure.length);
      await this.run(directory, ['--frozen-lockfile'], {
        signal: options.signal,
        onEvent: (event) => {
          progress.read(event);
          if (event['status'] === 'imported') early.add(String(event['to']));
        },
      });
      options.signal?.throwIfAborted();
      const scripts = await checkBuiltPackages(directory, closure);
      const { digest, files, bytes } = await recordTree(directory, await early.end());
      enforce({ name, files, unpackedBytes: bytes }, this.settings.policy);
      const real = await realpath(join(directory, 'node_modules', name));
      const packageDir = relative(await realpath(directory), real);
      return { packageDir, treeDigest: digest, unpackedBytes: bytes, files, scripts };
    } catch (error) {
      await early.end();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
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

  /**
   * Removes what no installed version shares with the store, once a week, while nothing is built. Where packages are
   * copies, nothing is shared: then the store is emptied, and is filled again by what is installed next.
   * @throws BadGateway `install_failed`, GatewayTimeout `install_timeout`
   */
  async pruneStore(now = Date.now()): Promise<void> {
    const { folder, npm, timeoutMs } = this.settings;
    const marker = join(folder, 'store-pruned-at');
    const since = await stat(join(folder, 'store')).catch(() => null);
    const last = (await stat(marker).catch(() => null)) ?? since;
    if (!last || now - last.mtimeMs < PRUNE_EVERY_MS) return;
    await this.store.alone(async () => {
      const args = ['store', 'prune', `--store-dir=${join(folder, 'store')}`, '--reporter=ndjson'];
      const result = await runPnpm({ args, cwd: folder, folder, environment: npm.environment, timeoutMs });
      if (result.exitCode !== 0) throw pnpmFailure(result, folder);
      await writeFile(marker, '');
    });
  }

  private async run(
    cwd: string,
    how: readonly string[],
    { signal, onEvent }: Pick<PnpmRun, 'signal' | 'onEvent'>,
  ): Promise<void> {
    const { npm, timeoutMs, policy, folder } = this.settings;
    const result = await this.store.beside(() =>
      runPnpm({
        args: ['install', ...how, ...this.flags()],
        cwd,
        folder,
        environment: npm.environment,
        timeoutMs,
        maxArchiveBytes: policy.POLICY_MAX_UNPACKED_MB * 2 ** 20,
        maxArchiveFiles: policy.POLICY_MAX_FILES,
        signal,
        ...(onEvent && { onEvent }),
      }),
    );
    if (result.exitCode !== 0) throw pnpmFailure(result, folder);
  }

  private flags(): string[] {
    const { folder, npm, policy, guestsShareOurUser } = this.settings;
    return [
      '--prod',
      '--ignore-scripts',
      `--global-pnpmfile=${HOOKS}`,
      '--ignore-workspace',
      '--reporter=ndjson',
      `--registry=${npm.registry}`,
      `--store-dir=${join(folder, 'store')}`,
      `--cache-dir=${join(folder, 'metadata')}`,
      `--config.package-import-method=${guestsShareOurUser ? 'clone-or-copy' : 'auto'}`,
      '--virtual-store-dir=node_modules/.pnpm',
      '--node-linker=isolated',
      '--config.auto-install-peers=true',
      '--config.strict-peer-dependencies=false',
      '--config.block-exotic-subdeps=true',
      '--config.side-effects-cache=false',
      '--config.manage-package-manager-versions=false',
      '--config.engine-strict=false',
      '--config.verify-store-integrity=true',
      '--config.strict-store-pkg-content-check=true',
      '--config.fetch-retries=1',
      '--config.fetch-retry-mintimeout=200',
      '--config.fetch-retry-maxtimeout=2000',
      ...(policy.POLICY_MIN_RELEASE_AGE > 0
        ? [`--config.minimum-release-age=${policy.POLICY_MIN_RELEASE_AGE}`]
        : []),
    ];
  }

  /** Metadata may be taken from the disk for an hour after it began to be kept there; then all is asked for again. */
  private async metadata(): Promise<{ since: number; fresh: boolean }> {
    const marker = join(this.settings.folder, 'metadata', 'kept-since');
    const since = (await stat(marker).catch(() => null))?.mtimeMs ?? 0;
    if (Date.now() - since < METADATA_FRESH_MS) return { since, fresh: true };
    await mkdir(join(marker, '..'), { recursive: true });
    await writeFile(marker, '');
    return { since: (await stat(marker)).mtimeMs, fresh: false };
  }
}

function reader({ onProgress }: StepOptions, total: number | null): ProgressReader {
  return new ProgressReader((progress) => onProgress?.(progress), total);
}

async function writeManifest(folder: string, name: string, version: string): Promise<void> {
  const manifest = { private: true, dependencies: { [name]: version } };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
}
