import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_READ = 0o4;
const OTHERS_ENTER = 0o1;

/**
 * Which user a guest runs as where the server is root: its own, `base + slot`, when that one can read all of
 * `needed` and enter the folder that holds its data folder. Null where the server is not root, or where a
 * folder on the way is closed to others (then only Node's permission model stands between the guest and the
 * server's files).
 */
export async function guestUser(
  base: number | null,
  slot: number,
  needed: readonly string[],
  dataFolder: string,
): Promise<number | null> {
  if (base === null || process.getuid?.() !== 0) return null;
  const way = new Set([dataFolder, ...needed].flatMap(foldersAbove));
  const open = await Promise.all([...[...way].map(isEnterable), ...needed.map(isReadable)]);
  return open.every(Boolean) ? base + slot : null;
}

async function isEnterable(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  return found !== null && (found.mode & OTHERS_ENTER) !== 0;
}

async function isReadable(path: string): Promise<boolean> {
  const target = await stat(path).catch(() => null);
  const wanted = target?.isDirectory() ? OTHERS_READ | OTHERS_ENTER : OTHERS_READ;
  return target !== null && (target.mode & wanted) === wanted;
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...foldersAbove(parent)];
}
