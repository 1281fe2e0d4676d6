import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { PathNotFound, PathOutsideRoots } from './errors.js';

/** Whether `path` is `folder` or lies below it; both absolute and without links. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Follows every link in `path` and makes sure that it ends inside one of `roots`. The path as written must
 * lie inside too, so that asking for a path outside tells nothing about what is there.
 * @returns the real path
 * @throws PathOutsideRoots, PathNotFound
 */
export async function realPathInside(path: string, roots: readonly string[]): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0') || path.split(/[\\/]/).includes('..'))
    throw new PathOutsideRoots();
  const realRoots = await realFolders(roots);
  const written = resolve(path);
  if (![...roots, ...realRoots].some((root) => isInside(written, root))) throw new PathOutsideRoots();
  const real = await realpath(written).catch(() => null);
  if (real === null) throw new PathNotFound();
  if (!realRoots.some((root) => isInside(real, root))) throw new PathOutsideRoots();
  return real;
}

/** The real paths of those folders that exist. */
export async function realFolders(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
  return found.filter((folder) => folder !== null);
}
