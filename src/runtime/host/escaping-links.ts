import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { realPathInside } from './real-path.js';

const MOST_ENTRIES = 20_000;

/**
 * Refuses a package with a link that leads out of the roots: the permission model checks the link's own path
 * and would let the plugin read through it. Dependencies (`node_modules`) are not searched: package managers
 * write links there, and take none out of archives. At most 20,000 entries are looked at.
 * @throws PathOutsideRoots, PathNotFound for a link that leads nowhere
 */
export async function refuseEscapingLinks(packageDir: string, roots: readonly string[]): Promise<void> {
  const waiting = [packageDir];
  let seen = 0;
  for (let folder = waiting.pop(); folder !== undefined && seen < MOST_ENTRIES; folder = waiting.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      seen += 1;
      const path = join(folder, entry.name);
      if (entry.isSymbolicLink()) await realPathInside(path, [...roots, packageDir]);
      else if (entry.isDirectory() && entry.name !== 'node_modules') waiting.push(path);
    }
  }
}
