import { readdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PathNotFound, PathOutsideRoots, UnsupportedArtifact } from './errors.js';
import { isInside, realPathInside } from './real-path.js';

/** A package with its dependencies has up to 50,000. */
const MOST_ENTRIES = 200_000;

/**
 * Refuses a package with a link that leads out of the roots: the permission model checks the link's own path
 * and would let the plugin read through it. Dependencies inside the package count too.
 * @throws PathOutsideRoots, UnsupportedArtifact when there are more than 200,000 files to look at
 */
export async function refuseEscapingLinks(packageDir: string, roots: readonly string[]): Promise<void> {
  const waiting = [packageDir];
  let seen = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      seen += 1;
      if (seen > MOST_ENTRIES)
        throw new UnsupportedArtifact(`The package must not have more than ${MOST_ENTRIES} files.`);
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) await refuseEscape(path, [...roots, packageDir]);
      else if (entry.isDirectory()) waiting.push(path);
    }
  }
}

/** A link to nothing must not point outside either: something could come to be there. */
async function refuseEscape(link: string, folders: readonly string[]): Promise<void> {
  try {
    await realPathInside(link, folders);
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    const target = resolve(dirname(link), await readlink(link));
    if (!folders.some((folder) => isInside(target, folder))) throw new PathOutsideRoots();
  }
}
