import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Transactions } from '../../platform/database/transaction.js';
import { Unavailable } from '../../platform/http/errors.js';
import { LOG } from '../../platform/tokens.js';
import type { PluginEntity } from './plugin.entity.js';
import { PluginRepository } from './plugin.repository.js';
import { PluginSettings } from './plugin-settings.js';

/** Seals at start with the first of SECRETS_KEY what is still sealed with an older one. */
@Injectable()
export class SecretRotation implements OnModuleInit {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly transactions: Transactions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    let rotated = 0;
    for (const row of await this.plugins.all()) {
      const config = this.rotate(row);
      if (!config) continue;
      await this.transactions.run((tx) => this.plugins.replaceSealed(tx, row, config));
      rotated++;
    }
    if (rotated > 0) this.log.info({ plugins: rotated }, 'secrets sealed anew with the first SECRETS_KEY');
  }

  /** One plugin whose secrets do not open must not keep the server from starting. */
  private rotate(row: PluginEntity): Record<string, unknown> | null {
    try {
      return this.settings.rotate(row);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.log.warn({ pluginId: row.id }, error.message);
      return null;
    }
  }
}
