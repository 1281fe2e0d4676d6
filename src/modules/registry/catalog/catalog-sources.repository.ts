import { Injectable } from '@nestjs/common';
import { DataSource, In, Not } from 'typeorm';
import type { RegistrySource } from '../../../config/registry-sources.js';
import type { Tx } from '../../../platform/database/transaction.js';
import { CatalogSourceEntity } from './catalog-source.entity.js';

/** Owns the table of sources: how each of them went last. */
@Injectable()
export class CatalogSources {
  constructor(private readonly dataSource: DataSource) {}

  /** The strongest first. */
  all(): Promise<CatalogSourceEntity[]> {
    return this.dataSource.getRepository(CatalogSourceEntity).find({ order: { priority: 'ASC', id: 'ASC' } });
  }

  find(id: string): Promise<CatalogSourceEntity | null> {
    return this.dataSource.getRepository(CatalogSourceEntity).findOneBy({ id });
  }

  /** Sources on record that are none of these. */
  others(ids: readonly string[]): Promise<CatalogSourceEntity[]> {
    return this.dataSource.getRepository(CatalogSourceEntity).findBy({ id: Not(In([...ids])) });
  }

  async put(tx: Tx, row: CatalogSourceEntity): Promise<void> {
    await tx.upsert(CatalogSourceEntity, row as object, ['id']);
  }

  /** Notes why a source could not be read; what it said before stays. */
  async fail(source: RegistrySource, error: string): Promise<void> {
    const known = (await this.find(source.label)) ?? blankSource(source);
    await this.put(this.dataSource.manager, { ...known, error, checkedAt: new Date() });
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.delete(CatalogSourceEntity, { id });
  }

  /** Waits until nobody else is about to begin a refresh; until `tx` ends. */
  async lock(tx: Tx): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtext('catalog refresh'))`);
  }
}

/** A source of which nothing is known yet. */
export function blankSource({ label, kind, url, file, priority }: RegistrySource): CatalogSourceEntity {
  const location = url ?? file ?? '';
  const never = { state: null, error: null, checkedAt: null, refreshedAt: null };
  return { id: label, kind, location, priority, entries: 0, skipped: 0, ...never };
}
