import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { isUniqueViolation } from '../../platform/database/unique-violation.js';
import { SYSTEM } from '../../platform/http/request.js';
import { inspectArtifact } from '../../runtime/host/index.js';
import { type Described, describeManifest } from './declaration.js';
import { PluginCommits } from './plugin-commits.js';
import type { PluginEntity } from './plugin.entity.js';
import { blankRow } from './plugin-row.js';
import { PluginRepository } from './plugin.repository.js';
import { PluginSettings } from './plugin-settings.js';
import { EXAMPLE_FOLDER } from './plugin-folders.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';

/** Puts the plugins that come with the server on record at start, as they are in this version of it. */
@Injectable()
export class BundledPlugins implements OnModuleInit {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly settings: PluginSettings,
    private readonly commits: PluginCommits,
    @Inject(PLUGINS_OPTIONS) private readonly options: PluginsOptions,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const name of await this.bundled()) await this.put(name);
  }

  private async bundled(): Promise<string[]> {
    const entries = await readdir(this.options.bundledDir, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && entry.name !== EXAMPLE_FOLDER)
      .map(({ name }) => name);
  }

  private async put(name: string): Promise<void> {
    const { bundledDir } = this.options;
    const { manifest } = await inspectArtifact(join(bundledDir, name), [bundledDir]);
    const described = describeManifest(manifest);
    const row = await this.plugins.findById(name);
    if (!row) return this.add(name, described);
    if (
      JSON.stringify(described.declaration) === JSON.stringify(row.declaration) &&
      row.version === described.version
    )
      return;
    const before = { row, settings: this.settings.read(row) };
    const next = { ...row, ...factsOf(described), revision: row.revision + 1, updatedAt: new Date() };
    const after = { row: next, settings: this.settings.read(next) };
    await this.commits.commit(SYSTEM, { action: 'plugin.update', before, after, candidate: null });
  }

  /** Several servers may start at once: the first one puts it there. */
  private async add(name: string, described: Described): Promise<void> {
    const row: PluginEntity = {
      ...blankRow(name, await this.plugins.nextSlot()),
      ...factsOf(described),
      source: 'bundled',
      path: name,
    };
    const after = { row, settings: this.settings.read(row) };
    await this.commits
      .commit(SYSTEM, { action: 'plugin.create', before: null, after, candidate: null })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
      });
  }
}

function factsOf({
  version,
  displayName,
  description,
  category,
  tags,
  uiHints,
  declaration,
}: Described): Partial<PluginEntity> {
  return {
    version,
    description,
    category: category ?? 'bundled',
    tags,
    configUiHints: uiHints,
    declaration,
    ...(displayName !== null && { name: displayName }),
  };
}
