import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Conflict, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { originOf, PluginInstalls } from '../plugins/index.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedPlaces } from './ejected-places.js';
import type { InstallSource } from './installed-version.entity.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { PackageTools } from './package-tools.js';
import { VersionShelf } from './version-shelf.js';

/** What is on record of installed packages, and its removal. */
@Injectable()
export class InstallationRecords {
  constructor(
    readonly versions: InstalledVersionRepository,
    readonly installs: PluginInstalls,
    private readonly shelf: VersionShelf,
    private readonly tools: PackageTools,
    private readonly folders: EjectedFolders,
    private readonly places: EjectedPlaces,
  ) {}

  /**
   * Where the code comes from that has the settings of a package: of what is installed, or of what was when its
   * settings were kept; null where there are none.
   */
  async sourceOf(npmName: string): Promise<InstallSource | null> {
    const plugin = await this.installs.find(npmName);
    if (plugin) return sourceOf(plugin);
    const retained = await this.versions.retained(npmName);
    return retained?.config ? sourceOf(retained.origin ?? { source: 'npm' }) : null;
  }

  /**
   * Takes a package away, without asking the registry.
   * @param purge also forgets its settings
   * @returns the package's name, and the id of the plugin that it was
   */
  async remove(
    context: RequestContext,
    name: string,
    purge: boolean,
  ): Promise<{ npmName: string; pluginId: string }> {
    const plugin = await this.installs.find(name);
    if (!plugin?.npmName) throw notInstalled(name);
    const { id, npmName, source } = plugin;
    const place = source === 'ejected' ? await this.places.of(id) : null;
    await this.installs.remove(context, id, {
      action: 'plugin.uninstall',
      alongside: async (tx, row) => {
        if (purge) await this.versions.forget(tx, npmName);
        else {
          const { config, withheld } = row;
          await this.versions.retain(tx, { npmName, pluginId: id, config, withheld, origin: originOf(row) });
        }
        await this.places.release(tx, context, { pluginId: id, npmName, place, purge });
      },
    });
    await this.shelf.sweep();
    if (source === 'ejected') await this.removeCopy(npmName, purge);
    return { npmName, pluginId: id };
  }

  private async removeCopy(npmName: string, purge: boolean): Promise<void> {
    await this.folders.sweep(npmName, []);
    if (purge) await this.folders.remove(npmName);
    else await this.folders.setAside(npmName);
  }

  /** Absolute path of a recorded directory. */
  pathOf(directory: string): string {
    return join(this.tools.folder, directory);
  }
}

/** What is ejected came from npm. */
export function sourceOf({ source }: { source: string }): InstallSource {
  return source === 'artifact' ? 'artifact' : 'npm';
}

/** What a request would take from another source than what is there, without having said so. */
export function sourceConflict(name: string, present: InstallSource, other: InstallSource): Conflict {
  return new Conflict(
    'source_conflict',
    `${name} comes from ${SOURCE_WORDS[present]}, and the request means what is to be had from ${SOURCE_WORDS[other]}. Other code would take its place and its settings. Say which it shall be: "source":"${present}" keeps to the one, "source":"${other}" goes over to the other.`,
    'source',
  );
}

const SOURCE_WORDS: Readonly<Record<InstallSource, string>> = {
  npm: 'the npm registry (npm)',
  artifact: 'what is published here (artifact)',
};

export function notInstalled(name: string): NotFound {
  return new NotFound('not_installed', `No package "${name.slice(0, 214)}" is installed.`, 'name');
}

/** What runs from a local copy is changed there. */
export function hasLocalCopy(name: string, param: string): Conflict {
  return new Conflict(
    'already_ejected',
    `${name} runs from a local copy. Merge a newer version with sync and upstream: true, or reinject it first.`,
    param,
  );
}
