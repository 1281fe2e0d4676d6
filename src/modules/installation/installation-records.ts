import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Conflict, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { originOf, PluginInstalls } from '../plugins/index.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedPlaces } from './ejected-places.js';
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
