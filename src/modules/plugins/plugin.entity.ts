import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { PluginSource } from './code-origin.js';
import type { Declaration } from './declaration.js';
import type { Withheld } from './settings/withheld.js';

export const PLACEMENTS = ['pre_builtin', 'post_builtin'] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** What is wanted of a plugin. What it is really doing stands in `plugin_instance`, node by node. */
@Entity('plugin')
@Check('plugin_revision_positive', 'revision > 0')
export class PluginEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'plugin_pk' })
  id: string;

  /** `id` folded, so that names that differ only in case or form cannot stand side by side. */
  @Index('plugin_folded_id', { unique: true })
  @Column({ name: 'folded_id', type: 'text' })
  foldedId: string;

  /**
   * What `id` looks like (platform/names.ts), so that look-alikes cannot stand side by side. Null for all but the
   * oldest of those that did before this was checked.
   */
  @Index('plugin_skeleton', { unique: true })
  @Column({ type: 'text', nullable: true })
  skeleton: string | null;

  /** Small number of its own; the operating system's user of its process is made from it. */
  @Index('plugin_slot', { unique: true })
  @Column({ type: 'integer' })
  slot: number;

  @Index('plugin_name')
  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  source: PluginSource;

  @Index('plugin_npm_name')
  @Column({ name: 'npm_name', type: 'text', nullable: true })
  npmName: string | null;

  @Column({ type: 'text', nullable: true })
  version: string | null;

  @Column({ type: 'text', default: '' })
  description: string;

  @Column({ type: 'text', default: 'custom' })
  category: string;

  @Column({ type: 'text', array: true, default: '{}' })
  tags: string[];

  @Column({ type: 'boolean', default: false })
  enabled: boolean;

  /** As it was given: a local path, or the URL of an artifact. */
  @Column({ type: 'text', nullable: true })
  path: string | null;

  /** SHA-256 of the file, 64 hex digits. */
  @Column({ type: 'text', nullable: true })
  checksum: string | null;

  /** JSON Schema of the settings that came with the request; it goes before what the package declares. */
  @Column({ name: 'config_schema', type: 'json', nullable: true })
  configSchema: object | null;

  /** What the package itself declares of its settings, as it was read from it. */
  @Column({ type: 'json', nullable: true })
  declaration: Declaration | null;

  @Column({ name: 'config_ui_hints', type: 'json', default: {} })
  configUiHints: Record<string, unknown>;

  /** The settings, secrets sealed; null until some are given. */
  @Column({ type: 'json', nullable: true })
  config: Record<string, unknown> | null;

  /** Which of them the code is not given, and where the code is from that may have them. */
  @Column({ type: 'json', default: {} })
  withheld: Withheld;

  @Column({ type: 'text', nullable: true })
  placement: Placement | null;

  @Column({ name: 'order', type: 'integer', nullable: true })
  order: number | null;

  /** Grows by one with every change. */
  @Column({ type: 'integer', default: 1 })
  revision: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}
