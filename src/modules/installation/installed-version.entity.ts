import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { PluginEntity } from '../plugins/index.js';
import type { Trust } from './packages/package-verifier.js';

/** Where installed code comes from: the npm registry, or what is published here. */
export const INSTALL_SOURCES = ['npm', 'artifact'] as const;
export type InstallSource = (typeof INSTALL_SOURCES)[number];

/** A version of a package that is kept for a plugin: the one that runs, and those to go back to. */
@Entity('installed_version')
export class InstalledVersionEntity {
  @PrimaryColumn({ name: 'plugin_id', type: 'text', primaryKeyConstraintName: 'installed_version_pk' })
  pluginId: string;

  @ManyToOne(() => PluginEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'plugin_id', foreignKeyConstraintName: 'installed_version_plugin_fk' })
  plugin?: PluginEntity;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'installed_version_pk' })
  version: string;

  @Index('installed_version_npm_name')
  @Column({ name: 'npm_name', type: 'text' })
  npmName: string;

  /** Where it came from: the npm registry, or what is published here. */
  @Column({ type: 'text', default: 'npm' })
  source: InstallSource;

  /** The built directory, relative to the folder of packages. */
  @Column({ type: 'text' })
  directory: string;

  /** The package itself, relative to `directory`. */
  @Column({ name: 'package_dir', type: 'text' })
  packageDir: string;

  /** Builds the same directory again; empty where that is done from a published artifact. */
  @Column({ type: 'text' })
  lockfile: string;

  /** Over the whole directory. */
  @Column({ name: 'tree_digest', type: 'text' })
  treeDigest: string;

  @Column({ type: 'json' })
  trust: Trust;

  @Column({ name: 'unpacked_bytes', type: 'bigint' })
  unpackedBytes: string;

  @Column({ type: 'integer' })
  files: number;

  @Column({ name: 'installed_at', type: 'timestamptz', default: () => 'now()' })
  installedAt: Date;
}

/** A version before a plugin has it. */
export type VersionRow = Omit<InstalledVersionEntity, 'pluginId'>;
