import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import { nameKeys } from '../../platform/names.js';
import { PluginEntity } from './plugin.entity.js';

/** The least there is to know of a plugin: it is another one when any of these differs. */
export type PluginHead = Pick<PluginEntity, 'id' | 'slot' | 'revision'>;

/** Owns the table of plugins: what is wanted. */
@Injectable()
export class PluginRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** All plugins, in no order. */
  all(): Promise<PluginEntity[]> {
    return this.dataSource.getRepository(PluginEntity).find();
  }

  /** Those of these ids that there are, in no order. */
  some(ids: readonly string[]): Promise<PluginEntity[]> {
    return this.dataSource.getRepository(PluginEntity).findBy({ id: In(ids) });
  }

  /** Which plugins there are, and at which revision; cheap. */
  heads(): Promise<PluginHead[]> {
    return this.dataSource.query<PluginHead[]>('select id, slot, revision from plugin');
  }

  /** The plugin that a path segment names: by id, else by display name, else by npm name. */
  async find(segment: string): Promise<PluginEntity | null> {
    const rows = await this.dataSource
      .getRepository(PluginEntity)
      .find({ where: [{ id: segment }, { name: segment }, { npmName: segment }], order: { id: 'ASC' } });
    return pickNamed(rows, segment);
  }

  findById(id: string): Promise<PluginEntity | null> {
    return this.dataSource.getRepository(PluginEntity).findOneBy({ id });
  }

  /** The plugin whose id people could take for this one, or that has it. */
  findLookAlike(id: string): Promise<PluginEntity | null> {
    const { folded, skeleton } = nameKeys(id);
    return this.dataSource
      .getRepository(PluginEntity)
      .findOne({ where: [{ foldedId: folded }, { skeleton }], order: { createdAt: 'ASC' } });
  }

  /** A number that no other plugin has or had. */
  async nextSlot(): Promise<number> {
    const rows = await this.dataSource.query<{ slot: string }[]>(`select nextval('plugin_slot_seq') as slot`);
    return Number(rows[0]?.slot);
  }

  async insert(tx: Tx, row: PluginEntity): Promise<void> {
    await tx.insert(PluginEntity, row as object);
  }

  /**
   * Writes `row` over the state it was made from.
   * @returns false when somebody else was faster; then nothing was written
   */
  async update(tx: Tx, row: PluginEntity): Promise<boolean> {
    const { id, revision, ...rest } = row;
    const { affected } = await tx.update(PluginEntity, { id, revision: revision - 1 }, {
      ...rest,
      revision,
    } as object);
    return affected === 1;
  }

  /** Exchanges the sealed form of settings that stay the same; no new revision. */
  async replaceSealed(
    tx: Tx,
    { id, revision }: PluginEntity,
    config: Record<string, unknown>,
  ): Promise<void> {
    await tx.update(PluginEntity, { id, revision }, { config } as object);
  }

  /** @returns false when the plugin was changed or deleted meanwhile */
  async delete(tx: Tx, id: string, revision: number): Promise<boolean> {
    const { affected } = await tx.delete(PluginEntity, { id, revision });
    return affected === 1;
  }
}

/** Of several plugins that a segment could mean: by id, else by display name, else by npm name. */
function pickNamed(plugins: readonly PluginEntity[], segment: string): PluginEntity | null {
  return (
    plugins.find(({ id }) => id === segment) ??
    plugins.find(({ name }) => name === segment) ??
    // A file of somebody's own may claim any npm name; the package that really is installed goes first.
    plugins.find(({ npmName, source }) => npmName === segment && source !== 'path') ??
    plugins.find(({ npmName }) => npmName === segment) ??
    null
  );
}
