import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Conflict } from '../../platform/http/errors.js';
import { RECORD } from './ejected-files.js';
import { EjectedFolders } from './ejected-folders.js';
import { beginHistory, type Upstream } from './ejected-history.js';
import { EjectedSavedBuilds } from './ejected-saved-builds.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { PackageCode, pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';

/** Makes working copies: git repositories that begin with the package as it was published. */
@Injectable()
export class EjectedCopies {
  constructor(
    private readonly folders: EjectedFolders,
    private readonly saved: EjectedSavedBuilds,
    private readonly code: PackageCode,
    private readonly tools: PackageTools,
  ) {}

  /** Of the package as it was published. @returns the copy's folder, in its place */
  make(row: InstalledVersionEntity): Promise<string> {
    return this.made(row, () => Promise.resolve());
  }

  /**
   * Of what was built from a copy that is lost: its files are edits of the package.
   * @throws Conflict `local_copy_away` where that is not kept
   */
  makeAgain(row: InstalledVersionEntity, checksum: string | null): Promise<string> {
    return this.made(row, async (folder) => {
      for (const name of await readdir(folder))
        if (name !== '.git') await rm(join(folder, name), { recursive: true, force: true });
      if (await this.saved.restore(checksum, folder)) return;
      throw new Conflict(
        'local_copy_away',
        `The server with the local copy of ${row.npmName} is gone, and what was built from it is not kept: reinject the plugin to go back to npm.`,
        'x',
      );
    });
  }

  private async made(row: InstalledVersionEntity, edit: (folder: string) => Promise<void>): Promise<string> {
    await this.code.check(row);
    const unfinished = await this.folders.newCopy();
    try {
      await beginHistory(unfinished, join(this.tools.folder, pathOf(row)), upstreamOf(row));
      await edit(unfinished);
      await writeRecord(unfinished, upstreamOf(row));
      const localPath = await this.folders.place(unfinished, row.npmName);
      await this.folders.linkDependencies(localPath, row);
      return localPath;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
}

export function upstreamOf({ npmName, version, trust }: InstalledVersionEntity): Upstream {
  return { name: npmName, version, integrity: trust.integrity };
}

/** Tells people and tools what a working copy was made from. */
export async function writeRecord(folder: string, upstream: Upstream): Promise<void> {
  await writeFile(join(folder, RECORD), `${JSON.stringify({ upstream }, null, 2)}\n`);
}
