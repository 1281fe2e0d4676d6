import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../../platform/database/transaction.js';
import { EjectedCopyEntity } from './ejected-copy.entity.js';

/** Owns the table of local copies. */
@Injectable()
export class EjectedCopyRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(pluginId: string): Promise<EjectedCopyEntity | null> {
    return this.dataSource.getRepository(EjectedCopyEntity).findOneBy({ pluginId });
  }

  /**
   * Notes where a copy lies.
   * @param before the server that had it; null where none had
   * @returns false when another server has it by now
   */
  async hold(tx: Tx, row: EjectedCopyEntity, before: string | null): Promise<boolean> {
    const held = await tx.query<unknown[]>(
      `insert into ejected_copy as known (plugin_id, node_id, node_name, local_path) values ($1, $2, $3, $4)
       on conflict (plugin_id) do update
         set node_id = excluded.node_id, node_name = excluded.node_name, local_path = excluded.local_path
         where known.node_id in (excluded.node_id, $5)
       returning plugin_id`,
      [row.pluginId, row.nodeId, row.nodeName, row.localPath, before],
    );
    return held.length > 0;
  }

  async release(tx: Tx, pluginId: string): Promise<void> {
    await tx.delete(EjectedCopyEntity, { pluginId });
  }
}
