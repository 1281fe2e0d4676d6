import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { PluginStatus } from '../../runtime/host/index.js';

/**
 * What one node reports of one plugin: what is so, as against what is wanted. The row of a plugin that was deleted
 * stays until its node has stopped it.
 */
@Entity('plugin_instance')
export class PluginInstanceEntity {
  @PrimaryColumn({ name: 'plugin_id', type: 'text', primaryKeyConstraintName: 'plugin_instance_pk' })
  pluginId: string;

  @Index('plugin_instance_node_id')
  @PrimaryColumn({ name: 'node_id', type: 'text', primaryKeyConstraintName: 'plugin_instance_pk' })
  nodeId: string;

  @Column({ type: 'text' })
  status: PluginStatus;

  @Column({ name: 'actual_name', type: 'text', nullable: true })
  actualName: string | null;

  @Column({ type: 'text', array: true, default: '{}' })
  types: string[];

  @Column({ type: 'text', nullable: true })
  error: string | null;

  /** Revision of the wanted state that the node has come to. */
  @Column({ type: 'integer', nullable: true })
  revision: number | null;

  /** Slot of the plugin that the revision is of: one deleted and created again begins at revision 1 again. */
  @Column({ type: 'integer', nullable: true })
  slot: number | null;

  /** Version of the code that is running. */
  @Column({ type: 'text', nullable: true })
  version: string | null;

  /** SHA-256 of the artifact that is running. */
  @Column({ type: 'text', nullable: true })
  digest: string | null;

  @Column({ name: 'reported_at', type: 'timestamptz', default: () => 'now()' })
  reportedAt: Date;
}
