import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The settings of an uninstalled plugin, for when it is installed again; sealed for the id it had. */
@Entity('retained_settings')
export class RetainedSettingsEntity {
  @PrimaryColumn({ name: 'npm_name', type: 'text', primaryKeyConstraintName: 'retained_settings_pk' })
  npmName: string;

  @Column({ name: 'plugin_id', type: 'text' })
  pluginId: string;

  @Column({ type: 'json', nullable: true })
  config: Record<string, unknown> | null;
}
