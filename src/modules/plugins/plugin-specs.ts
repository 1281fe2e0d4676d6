import { access } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ArtifactStore } from '../../platform/artifacts/artifact-store.js';
import { BadRequest, Unprocessable } from '../../platform/http/errors.js';
import { type GuestSpec, inspectArtifact, LoadFailed, PathNotFound } from '../../runtime/host/index.js';
import { type Described, describeManifest } from './declaration.js';
import type { PluginEntity } from './plugin.entity.js';
import { type LocatedCode, type PluginAddress, PluginSources } from './plugin-sources.js';
import type { CheckedSettings } from './plugin-settings.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';
import { effectiveConfig, environmentOf } from './settings/environment.js';
import { secretValues } from './settings/secret-texts.js';
import { withoutWithheld } from './settings/withheld.js';

/** Finds the code behind a plugin's path and puts together what the runtime needs to start it. */
@Injectable()
export class PluginSpecs {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly sources: PluginSources,
    @Inject(PLUGINS_OPTIONS) private readonly options: PluginsOptions,
  ) {}

  /**
   * What the code at a plugin's path says of itself; a URL is downloaded, once. Nothing where it has no path.
   * @throws AppError whatever is wrong with the path, the download or the artifact
   */
  async describe(address: PluginAddress): Promise<Described> {
    if (address.path === null) return describeManifest(null);
    const { path, roots, configSchema } = await this.locate(address);
    return describeManifest((await inspectArtifact(path, roots)).manifest, configSchema);
  }

  /** @throws LoadFailed where there is nothing to load; Unavailable where a secret does not open */
  async specOf(row: PluginEntity, settings: CheckedSettings): Promise<GuestSpec> {
    const { set, config, missing, locked, withheld } = settings;
    if (locked) throw locked.cause;
    const given = effectiveConfig(withoutWithheld(config ?? {}, withheld), set);
    const { path, roots, sha256 } = await this.locate(row);
    return {
      pluginId: row.id,
      slot: row.slot,
      name: row.name,
      version: row.version,
      ...{ path, roots },
      ...(sha256 !== undefined && { sha256 }),
      config: given,
      env: environmentOf(given),
      configured: missing.length === 0,
      // What is withheld too: code before may have left it in the data folder.
      secrets: secretValues(effectiveConfig(config ?? {}, set), set),
    };
  }

  private async locate(address: PluginAddress): Promise<LocatedCode> {
    const { source, path, checksum } = address;
    const locate = this.sources.find(source);
    if (locate) return locate(address);
    if (path === null)
      throw new LoadFailed('The plugin has no path, so there is nothing to load. Give it one.', 'artifact');
    const sha256 = checksum === null ? {} : { sha256: checksum };
    if (source === 'bundled')
      return { path: join(this.options.bundledDir, path), roots: [this.options.bundledDir] };
    if (isUrl(path)) return this.download(path, checksum);
    return { path: await this.resolve(path), roots: this.options.roots, ...sha256 };
  }

  private async download(url: string, checksum: string | null): Promise<LocatedCode> {
    if (checksum === null)
      throw new Unprocessable(
        'checksum_required',
        'A plugin from a URL needs its checksum: the SHA-256 of the file, 64 hex digits.',
        'checksum',
      );
    const { path } = await this.artifacts.fetch(url, checksum);
    return { path, roots: [join(this.options.dataDir, 'artifacts')], sha256: checksum };
  }

  /**
   * Looks a relative path up in the plugin folders, in their order.
   * @throws PathNotFound naming them
   */
  private async resolve(path: string): Promise<string> {
    const { roots, dataDir } = this.options;
    if (isAbsolute(path)) return path;
    const candidates = roots.map((root) => join(root, path));
    for (const candidate of candidates) if (await exists(candidate)) return candidate;
    const [first = join(dataDir, path)] = candidates;
    // What climbs out of the folders is refused for that.
    if (path.split(/[\\/]/).includes('..')) return first;
    const folders = roots.map((root) => nameFolder(root, dataDir)).join(', ');
    throw new PathNotFound(`named "${path.slice(0, 200)}" in the plugin folders, which are ${folders}`);
  }
}

export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/**
 * A checksum as it is kept: 64 lower-case hex digits.
 * @throws BadRequest `field_invalid`
 */
export function parseChecksum(text: string): string {
  const digits = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  if (digits === undefined)
    throw new BadRequest('field_invalid', 'checksum must be a SHA-256: 64 hex digits.', 'checksum');
  return digits.toLowerCase();
}

/** A plugin folder as callers may know it: errors tell nobody how the machine is laid out. */
function nameFolder(root: string, dataDir: string): string {
  const inside = relative(dataDir, root);
  return inside.startsWith('..') || isAbsolute(inside)
    ? `"${basename(root)}" of PLUGIN_ROOTS`
    : `"${inside}" in the data folder`;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
