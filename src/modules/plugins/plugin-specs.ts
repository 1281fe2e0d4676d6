import { access } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ArtifactStore } from '../../platform/artifacts/artifact-store.js';
import { BadRequest, Unprocessable } from '../../platform/http/errors.js';
import { type GuestSpec, inspectArtifact, LoadFailed } from '../../runtime/host/index.js';
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

  /** A relative path is looked up in the plugin folders, in their order. */
  private async resolve(path: string): Promise<string> {
    if (isAbsolute(path)) return path;
    for (const root of this.options.roots) {
      const candidate = join(root, path);
      if (await exists(candidate)) return candidate;
    }
    return join(this.options.roots[0] ?? this.options.dataDir, path);
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

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
