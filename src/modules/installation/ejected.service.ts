import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Conflict, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { PluginsService } from '../plugins/index.js';
import { EjectedBuilds } from './ejected-builds.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedCopies, upstreamOf } from './ejected-copies.js';
import { EjectedPlaces } from './ejected-places.js';
import type { EjectedDoneDto, EjectedListDto } from './ejected.dto.js';
import type { PackageDoneDto } from './installation.dto.js';
import { InstallationRecords, notInstalled } from './installation-records.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { pathOf } from './package-code.js';

/** Takes installed packages out as local copies that can be edited, and back. */
@Injectable()
export class EjectedService {
  constructor(
    private readonly plugins: PluginsService,
    private readonly records: InstallationRecords,
    private readonly folders: EjectedFolders,
    private readonly places: EjectedPlaces,
    private readonly builds: EjectedBuilds,
    private readonly copies: EjectedCopies,
  ) {}

  async list(): Promise<EjectedListDto> {
    const [{ plugins }, rows] = await Promise.all([this.plugins.snapshot(), this.records.versions.list()]);
    const ejected = plugins
      .filter(({ source }) => source === 'ejected')
      .map(async ({ id, version, path }) => {
        const row = rows.find((one) => one.pluginId === id && one.version === version);
        if (!row) return [];
        const place = await this.places.of(id);
        return {
          name: row.npmName,
          pluginId: id,
          localPath: place?.localPath ?? this.folders.copyOf(row.npmName),
          path: join(this.folders.builds, path ?? ''),
          version: row.version,
          upstream: upstreamOf(row),
          node: place && { nodeId: place.nodeId, nodeName: place.nodeName, state: place.state },
        };
      });
    const found = (await Promise.all(ejected)).flat();
    return { count: found.length, plugins: found };
  }

  /**
   * Makes an editable copy of what is installed, a git repository, and runs the plugin from it. What does not load
   * as it is, is ejected all the same, to be repaired. Where the server that has the copy is gone, another copy is
   * made here, of what runs.
   * @throws NotFound `plugin_not_found`, `not_installed`; Conflict `already_ejected`; whatever keeps it from starting
   */
  async eject(context: RequestContext, segment: string): Promise<EjectedDoneDto> {
    const { npmName } = await this.installed(segment);
    return this.folders.exclusively(npmName, async () => {
      const { row, source, checksum, isBroken } = await this.installed(segment);
      const isLost = source === 'ejected';
      const before = isLost ? await this.lostBy(row) : null;
      const localPath = isLost ? await this.copies.makeAgain(row, checksum) : await this.copies.make(row);
      const how = { action: 'plugin.eject', bundling: 'never', untried: isBroken, before } as const;
      try {
        const note = await this.builds.run(context, { ...how, row, from: localPath });
        const next = isBroken ? '; it does not load: edit the copy, then sync it' : '';
        return done(npmName, { localPath, message: `${npmName}@${row.version} ejected${note}${next}` });
      } catch (error) {
        await this.folders.remove(npmName);
        throw error;
      }
    });
  }

  /**
   * Runs the npm version again that lies below the local copy.
   * @param purge removes the copy instead of keeping it aside
   * @throws NotFound `plugin_not_found`, `not_ejected`; whatever keeps the npm version from starting
   */
  async reinject(context: RequestContext, segment: string, purge: boolean): Promise<PackageDoneDto> {
    const { npmName } = await this.ejected(segment);
    return this.folders.exclusively(npmName, async () => {
      const row = await this.ejected(segment);
      const { pluginId, version } = row;
      const place = await this.places.of(pluginId);
      await this.records.installs.put(
        context,
        { source: 'npm', npmName, version, path: pathOf(row) },
        {
          action: 'plugin.reinject',
          alongside: (tx) => this.places.release(tx, context, { pluginId, npmName, place, purge }),
        },
      );
      await this.folders.sweep(npmName, []);
      if (purge) await this.folders.remove(npmName);
      const kept = await this.folders.setAside(npmName);
      const where =
        kept !== null
          ? `; the local copy is kept in ${kept}`
          : place && !place.isHere && !purge
            ? `; the local copy is kept aside on ${place.nodeName}`
            : '';
      return done(npmName, { message: `${npmName} is back at npm's ${version}${where}` });
    });
  }

  /** The package that would be ejected. @throws NotFound `plugin_not_found`, `not_installed`; Conflict `already_ejected` */
  async ejectable(segment: string): Promise<{ npmName: string; pluginId: string }> {
    const { npmName, source, row } = await this.installed(segment);
    if (source === 'ejected') await this.lostBy(row);
    return { npmName, pluginId: row.pluginId };
  }

  /** The npm version below an ejected plugin. @throws NotFound `plugin_not_found`, `not_ejected` */
  async ejected(segment: string): Promise<InstalledVersionEntity> {
    const { id, source, version } = await this.plugins.get(segment);
    const row = source === 'ejected' ? await this.records.versions.find(id, version ?? '') : null;
    if (!row) throw new NotFound('not_ejected', `The plugin "${id}" has no local copy: eject it first.`, 'x');
    return row;
  }

  /** The same, and its working copy is on this server. @throws as `ejected` */
  async withCopy(segment: string): Promise<InstalledVersionEntity> {
    const row = await this.ejected(segment);
    const copy = this.folders.copyOf(row.npmName);
    await access(copy).catch(() => {
      throw new NotFound(
        'not_ejected',
        `The local copy of ${row.npmName} is not on this server: put it back at ${copy}, or reinject the plugin.`,
        'x',
      );
    });
    return row;
  }

  /** The server that had the copy and is gone. @throws Conflict `already_ejected` where it is not */
  private async lostBy({ npmName, pluginId }: InstalledVersionEntity): Promise<string> {
    const place = await this.places.of(pluginId);
    if (place && !place.isHere && place.state === 'gone') return place.nodeId;
    const where = !place || place.isHere ? '' : `, on the server ${place.nodeName}`;
    throw new Conflict('already_ejected', `${npmName} runs from a local copy already${where}.`, 'x');
  }

  private async installed(segment: string): Promise<{
    npmName: string;
    source: string;
    /** Of the build that runs, where it is ejected. */
    checksum: string | null;
    /** It should run and does not. */
    isBroken: boolean;
    row: InstalledVersionEntity;
  }> {
    const { id, source, version, checksum, enabled, loadError } = await this.plugins.get(segment);
    const isPackage = source === 'npm' || source === 'ejected';
    const row = isPackage ? await this.records.versions.find(id, version ?? '') : null;
    if (!row) throw notInstalled(id);
    const isBroken = enabled && loadError !== null;
    return { npmName: row.npmName, source, checksum, isBroken, row };
  }
}

function done<T extends object>(
  pluginName: string,
  rest: T,
): { ok: true; requiresRestart: false; pluginName: string } & T {
  return { ok: true, requiresRestart: false, pluginName, ...rest };
}
