import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { PluginStatus } from '../../runtime/host/index.js';
import { PluginEntity } from './plugin.entity.js';

/** What one node reports of one plugin: what is so, as against what is wanted. */
@Entity('plugin_instance')
export class PluginInstanceEntity {
  @PrimaryColumn({ name: 'plugin_id', type: 'text', primaryKeyConstraintName: 'plugin_instance_pk' })
  pluginId: string;

  @PrimaryColumn({ name: 'node_id', type: 'text', primaryKeyConstraintName: 'plugin_instance_pk' })
  nodeId: string;

  @ManyToOne(() => PluginEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'plugin_id', foreignKeyConstraintName: 'plugin_instance_plugin_fk' })
  plugin?: PluginEntity;

  @Column({ type: 'text' })
  status: PluginStatus;

  @Column({ name: 'actual_name', type: 'text', nullable: true })
  actualName: string | null;

  @Column({ type: 'text', array: true, default: '{}' })
  types: string[];

  @Column({ type: 'text', nullable: true })
  error: string | null;

  /** Revision of the wanted state that is running. */
  @Column({ type: 'integer', nullable: true })
  revision: number | null;

  /** SHA-256 of the artifact that is running. */
  @Column({ type: 'text', nullable: true })
  digest: string | null;

  @Column({ name: 'reported_at', type: 'timestamptz', default: () => 'now()' })
  reportedAt: Date;
}
