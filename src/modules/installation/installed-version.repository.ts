import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import { InstalledVersionEntity } from './installed-version.entity.js';
import { RetainedSettingsEntity } from './retained-settings.entity.js';

/** Owns the tables of installed versions and of settings kept for a reinstall. */
@Injectable()
export class InstalledVersionRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Of all plugins, or of one; newest installation first. */
  list(pluginId?: string): Promise<InstalledVersionEntity[]> {
    return this.dataSource.getRepository(InstalledVersionEntity).find({
      where: pluginId === undefined ? {} : { pluginId },
      order: { installedAt: 'DESC', version: 'ASC' },
    });
  }

  find(pluginId: string, version: string): Promise<InstalledVersionEntity | null> {
    return this.dataSource.getRepository(InstalledVersionEntity).findOneBy({ pluginId, version });
  }

  async put(tx: Tx, row: InstalledVersionEntity): Promise<void> {
    await tx.upsert(InstalledVersionEntity, row as object, ['pluginId', 'version']);
  }

  /** Leaves `current` and those installed last, `keep` in all. */
  async prune(tx: Tx, current: InstalledVersionEntity, keep: number): Promise<void> {
    const { pluginId } = current;
    const order = { installedAt: 'DESC', version: 'ASC' } as const;
    const rows = await tx.find(InstalledVersionEntity, { where: { pluginId }, order });
    const others = rows.filter(({ version }) => version !== current.version);
    for (const { version } of others.slice(keep - 1))
      await tx.delete(InstalledVersionEntity, { pluginId, version });
  }

  retained(npmName: string): Promise<RetainedSettingsEntity | null> {
    return this.dataSource.getRepository(RetainedSettingsEntity).findOneBy({ npmName });
  }

  async retain(tx: Tx, row: RetainedSettingsEntity): Promise<void> {
    await tx.upsert(RetainedSettingsEntity, row as object, ['npmName']);
  }

  async forget(tx: Tx, npmName: string): Promise<void> {
    await tx.delete(RetainedSettingsEntity, { npmName });
  }

  /** Only one request about a package decides at a time whether to begin or to join. */
  async lock(tx: Tx, npmName: string): Promise<void> {
    await tx.query('select pg_advisory_xact_lock(7301980, hashtext($1))', [npmName]);
  }
}
