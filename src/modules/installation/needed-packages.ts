import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Conflict } from '../../platform/http/errors.js';
import { PluginProtection, PluginsService } from '../plugins/index.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';

const MANIFESTS = ['package.json', 'elizaos.plugin.json'];
const FIELDS = ['dependencies', 'peerDependencies'];

/** Keeps packages that other installed plugins say they depend on; their manifests on disk say so. */
@Injectable()
export class NeededPackages implements OnModuleInit {
  constructor(
    private readonly protection: PluginProtection,
    private readonly plugins: PluginsService,
    private readonly versions: InstalledVersionRepository,
    private readonly tools: PackageTools,
  ) {}

  onModuleInit(): void {
    this.protection.define(async ({ id, source, npmName }, deleted) => {
      const isPackage = source === 'npm' || source === 'ejected';
      if (!deleted || !isPackage || npmName === null) return null;
      const needing = await this.neededBy(id, npmName);
      if (needing.length === 0) return null;
      return new Conflict(
        'plugin_needed',
        `${npmName} is needed by ${needing.join(', ')}: uninstall ${needing.length === 1 ? 'that' : 'those'} first.`,
      );
    });
  }

  private async neededBy(id: string, npmName: string): Promise<string[]> {
    const [rows, { plugins }] = await Promise.all([this.versions.list(), this.plugins.snapshot()]);
    const inUse = new Map(plugins.map((plugin) => [plugin.id, plugin.version]));
    const others = rows.filter((row) => row.pluginId !== id && inUse.get(row.pluginId) === row.version);
    const needing = await Promise.all(
      others.map(async (row) => {
        const names = await dependenciesOf(join(this.tools.folder, pathOf(row)));
        return names.has(npmName) ? [row.npmName] : [];
      }),
    );
    return needing.flat();
  }
}

/** What a package says it needs; of one that cannot be read, nothing is known. */
async function dependenciesOf(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of MANIFESTS) {
    const manifest = await readJson(join(folder, file));
    for (const field of FIELDS) for (const name of namesIn(manifest[field])) names.add(name);
  }
  return names;
}

/** A list of names, or an object whose keys are names. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
