import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { Transactions } from '../../platform/database/transaction.js';
import { CONFIG } from '../../platform/tokens.js';
import { PluginsService } from '../plugins/index.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { PackageTools } from './package-tools.js';

/** Keeps the versions to go back to, and takes away what is no longer among them. */
@Injectable()
export class VersionShelf {
  constructor(
    private readonly versions: InstalledVersionRepository,
    private readonly plugins: PluginsService,
    private readonly transactions: Transactions,
    private readonly tools: PackageTools,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Leaves the version that is in use and the newest others, PLUGIN_KEEP_VERSIONS in all. */
  async prune(pluginId: string): Promise<void> {
    const { version: current } = await this.plugins.get(pluginId);
    const rows = await this.versions.list(pluginId);
    const others = rows.filter(({ version }) => version !== current);
    const surplus = others.slice(this.config.PLUGIN_KEEP_VERSIONS - 1);
    for (const { version } of surplus)
      await this.transactions.run((tx) => this.versions.delete(tx, pluginId, version));
    await this.removeFiles(surplus);
  }

  /** Removes directories that no record names any more. */
  async removeFiles(rows: readonly InstalledVersionEntity[]): Promise<void> {
    const used = new Set((await this.versions.list()).map(({ directory }) => directory));
    for (const { directory } of rows)
      if (!used.has(directory))
        await rm(join(this.tools.folder, directory), { recursive: true, force: true });
  }
}
