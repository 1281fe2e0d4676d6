import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RetainedSettings } from '../plugins/index.js';

/** The settings of an uninstalled plugin, for when it is installed again; sealed for the id it had. */
@Entity('retained_settings')
export class RetainedSettingsEntity {
  @PrimaryColumn({ name: 'npm_name', type: 'text', primaryKeyConstraintName: 'retained_settings_pk' })
  npmName: string;

  @Column({ name: 'plugin_id', type: 'text' })
  pluginId: string;

  @Column({ type: 'json', nullable: true })
  config: RetainedSettings['config'];

  @Column({ type: 'json', default: {} })
  withheld: RetainedSettings['withheld'];

  @Column({ type: 'json', nullable: true })
  origin: RetainedSettings['origin'];
}
