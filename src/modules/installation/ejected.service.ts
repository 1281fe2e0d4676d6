import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Conflict, NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { PluginsService } from '../plugins/index.js';
import { EjectedBuilds } from './ejected-builds.js';
import { RECORD } from './ejected-files.js';
import { EjectedFolders } from './ejected-folders.js';
import { beginHistory, type Upstream } from './ejected-history.js';
import type { EjectedDoneDto, EjectedListDto } from './ejected.dto.js';
import type { PackageDoneDto } from './installation.dto.js';
import { InstallationRecords, notInstalled } from './installation-records.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { PackageCode, pathOf } from './package-code.js';

/** Takes installed packages out as local copies that can be edited, and back. */
@Injectable()
export class EjectedService {
  constructor(
    private readonly plugins: PluginsService,
    private readonly records: InstallationRecords,
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
    private readonly code: PackageCode,
  ) {}

  async list(): Promise<EjectedListDto> {
    const [{ plugins }, rows] = await Promise.all([this.plugins.snapshot(), this.records.versions.list()]);
    const ejected = plugins
      .filter(({ source }) => source === 'ejected')
      .flatMap(({ id, version, path }) => {
        const row = rows.find((one) => one.pluginId === id && one.version === version);
        if (!row) return [];
        return {
          name: row.npmName,
          pluginId: id,
          localPath: this.folders.copyOf(row.npmName),
          path: join(this.folders.builds, path ?? ''),
          version: row.version,
          upstream: upstreamOf(row),
        };
      });
    return { count: ejected.length, plugins: ejected };
  }

  /**
   * Makes an editable copy of what is installed, a git repository, and runs the plugin from it. What does not load
   * as it is, is ejected all the same, to be repaired.
   * @throws NotFound `plugin_not_found`, `not_installed`; Conflict `already_ejected`; whatever keeps it from starting
   */
  async eject(context: RequestContext, segment: string): Promise<EjectedDoneDto> {
    const { npmName } = await this.installed(segment);
    return this.folders.exclusively(npmName, async () => {
      const { row, source, isBroken } = await this.installed(segment);
      if (source === 'ejected')
        throw new Conflict('already_ejected', `${npmName} runs from a local copy already.`, 'x');
      await this.code.check(row);
      const unfinished = await this.folders.newCopy();
      await beginHistory(unfinished, this.records.pathOf(pathOf(row)), upstreamOf(row));
      await writeRecord(unfinished, upstreamOf(row));
      const localPath = await this.folders.place(unfinished, npmName);
      await this.folders.linkDependencies(localPath, row);
      const how = { action: 'plugin.eject', bundling: 'never', untried: isBroken } as const;
      try {
        await this.builds.run(context, { ...how, row, from: localPath });
      } catch (error) {
        await this.folders.remove(npmName);
        throw error;
      }
      const next = isBroken ? '; it does not load: edit the copy, then sync it' : '';
      return done(npmName, { localPath, message: `${npmName}@${row.version} ejected${next}` });
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
      await this.records.installs.put(
        context,
        { source: 'npm', npmName, version: row.version, path: pathOf(row) },
        { action: 'plugin.reinject', alongside: () => Promise.resolve() },
      );
      await this.builds.keepOnly(npmName, []);
      if (purge) await this.folders.remove(npmName);
      const kept = await this.folders.setAside(npmName);
      const where = kept === null ? '' : `; the local copy is kept in ${kept}`;
      return done(npmName, { message: `${npmName} is back at npm's ${row.version}${where}` });
    });
  }

  /** The npm version below an ejected plugin. @throws NotFound `plugin_not_found`, `not_ejected` */
  async ejected(segment: string): Promise<InstalledVersionEntity> {
    const { id, source, version } = await this.plugins.get(segment);
    const row = source === 'ejected' ? await this.records.versions.find(id, version ?? '') : null;
    if (!row) throw new NotFound('not_ejected', `The plugin "${id}" has no local copy: eject it first.`, 'x');
    return row;
  }

  /** The same, and its working copy is there. @throws as `ejected` */
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

  private async installed(segment: string): Promise<{
    npmName: string;
    source: string;
    /** It should run and does not. */
    isBroken: boolean;
    row: InstalledVersionEntity;
  }> {
    const { id, source, version, enabled, loadError } = await this.plugins.get(segment);
    const isPackage = source === 'npm' || source === 'ejected';
    const row = isPackage ? await this.records.versions.find(id, version ?? '') : null;
    if (!row) throw notInstalled(id);
    const isBroken = enabled && loadError !== null;
    return { npmName: row.npmName, source, isBroken, row };
  }
}

export function upstreamOf({ npmName, version, trust }: InstalledVersionEntity): Upstream {
  return { name: npmName, version, integrity: trust.integrity };
}

/** Tells people and tools what a working copy was made from. */
export async function writeRecord(folder: string, upstream: Upstream): Promise<void> {
  await writeFile(join(folder, RECORD), `${JSON.stringify({ upstream }, null, 2)}\n`);
}

function done<T extends object>(
  pluginName: string,
  rest: T,
): { ok: true; requiresRestart: false; pluginName: string } & T {
  return { ok: true, requiresRestart: false, pluginName, ...rest };
}
