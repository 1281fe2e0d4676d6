import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Turnstile } from '../../../platform/turnstile.js';
import type { NpmConfig } from './npm-config.js';
import type { PolicySettings } from './package-policy.js';
import { pnpmFailure } from './pnpm-failure.js';
import { DENIED_NAMES } from './pnpm-hooks.js';
import { type PnpmRun, runPnpm } from './pnpm-process.js';

export interface BuilderSettings {
  /** Folder for the store, the metadata and unfinished work; one file system with the directories built. */
  readonly folder: string;
  readonly npm: NpmConfig;
  readonly policy: PolicySettings;
  /** Hosts, addresses and CIDRs that archives may come from although they are private: `OUTBOUND_ALLOW`. */
  readonly outboundAllow: readonly string[];
  /** Longest step, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether a guest could write to files of the server's user if its fence failed. Then packages are copies;
   * else they share their bytes with the store by hard links.
   */
  readonly guestsShareOurUser: boolean;
}

const PRUNE_EVERY_MS = 7 * 24 * 3_600_000;
/** Archives and metadata wait in one line: with fewer, what is to be looked up waits for what is being downloaded. */
const CONNECTIONS = 48;
const HOOKS = fileURLToPath(new URL('./pnpm-hooks.js', import.meta.url));

/** The package manager with its store: no scripts, registry archives alone, and what the policy can tell it. */
export class PnpmInstall {
  private readonly store = new Turnstile();

  constructor(private readonly settings: BuilderSettings) {}

  /**
   * Installs what the manifest or the lockfile in `cwd` asks for.
   * @throws as `PackageBuilder.build`
   */
  async run(
    cwd: string,
    how: readonly string[],
    { signal, onEvent }: Pick<PnpmRun, 'signal' | 'onEvent'>,
  ): Promise<void> {
    const { npm, timeoutMs, policy, folder, outboundAllow } = this.settings;
    const result = await this.store.beside(() =>
      runPnpm({
        args: ['install', ...how, ...this.flags()],
        cwd,
        folder,
        environment: npm.environment,
        timeoutMs,
        maxArchiveBytes: policy.POLICY_MAX_UNPACKED_MB * 2 ** 20,
        maxArchiveFiles: policy.POLICY_MAX_FILES,
        network: { registries: npm.registries, proxies: npm.proxies, allow: outboundAllow },
        signal,
        ...(onEvent && { onEvent }),
      }),
    );
    if (result.exitCode !== 0) throw pnpmFailure(result, folder, npm.leftOut);
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
      `--network-concurrency=${CONNECTIONS}`,
      '--config.fetch-retries=1',
      '--config.fetch-retry-mintimeout=200',
      '--config.fetch-retry-maxtimeout=2000',
      ...(policy.POLICY_DENY.length > 0 ? [`${DENIED_NAMES}${policy.POLICY_DENY.join(',')}`] : []),
      ...(policy.POLICY_MIN_RELEASE_AGE > 0
        ? [`--config.minimum-release-age=${policy.POLICY_MIN_RELEASE_AGE}`]
        : []),
    ];
  }
}
