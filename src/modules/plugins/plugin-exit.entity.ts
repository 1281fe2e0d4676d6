import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { PluginEntity } from './plugin.entity.js';

/** How a plugin last ended unasked, or failed to start, on one node. Outlives the process, the server, and what either reports. */
@Entity('plugin_exit')
export class PluginExitEntity {
  @PrimaryColumn({ name: 'plugin_id', type: 'text', primaryKeyConstraintName: 'plugin_exit_pk' })
  pluginId: string;

  @PrimaryColumn({ name: 'node_id', type: 'text', primaryKeyConstraintName: 'plugin_exit_pk' })
  nodeId: string;

  @ManyToOne(() => PluginEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'plugin_id', foreignKeyConstraintName: 'plugin_exit_plugin_fk' })
  plugin?: PluginEntity;

  /** In words, secrets masked. */
  @Column({ type: 'text' })
  cause: string;

  @Column({ type: 'timestamptz' })
  at: Date;

  /** Exits since the plugin was created. */
  @Column({ type: 'integer' })
  count: number;
}
