import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/transaction.js';
import type { ActualPlugin } from '../../runtime/host/index.js';
import { PluginInstanceEntity } from './plugin-instance.entity.js';

/** Owns the table of what each node reports of each plugin. */
@Injectable()
export class PluginInstanceRepository {
  /** Notes what `nodeId` says of a plugin; nothing when the plugin is gone. */
  async report(tx: Tx, pluginId: string, nodeId: string, actual: ActualPlugin): Promise<boolean> {
    const known = await tx.query<unknown[]>('select 1 from plugin where id = $1 for key share', [pluginId]);
    if (known.length === 0) return false;
    const { status, actualName, types, error, revision, digest } = actual;
    await tx.upsert(
      PluginInstanceEntity,
      { pluginId, nodeId, status, actualName, types, error, revision, digest, reportedAt: () => 'now()' },
      ['pluginId', 'nodeId'],
    );
    return true;
  }
}
