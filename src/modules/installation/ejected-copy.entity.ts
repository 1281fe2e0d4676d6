import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { PluginEntity } from '../plugins/index.js';

/** Where the local copy of an ejected plugin lies, to be edited. What was built from it is kept for all servers. */
@Entity('ejected_copy')
export class EjectedCopyEntity {
  @PrimaryColumn({ name: 'plugin_id', type: 'text', primaryKeyConstraintName: 'ejected_copy_pk' })
  pluginId: string;

  @ManyToOne(() => PluginEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'plugin_id', foreignKeyConstraintName: 'ejected_copy_plugin_fk' })
  plugin?: PluginEntity;

  /** The server whose disk has it. */
  @Column({ name: 'node_id', type: 'text' })
  nodeId: string;

  /** What that server was called when it was made. */
  @Column({ name: 'node_name', type: 'text' })
  nodeName: string;

  /** Folder there, absolute. */
  @Column({ name: 'local_path', type: 'text' })
  localPath: string;
}
