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
  const open = await Promise.all([isReachable(dataFolder), ...needed.map(isReadable)]);
  return open.every(Boolean) ? base + slot : null;
}

async function isReadable(path: string): Promise<boolean> {
  const target = await stat(path).catch(() => null);
  const wanted = target?.isDirectory() ? OTHERS_READ | OTHERS_ENTER : OTHERS_READ;
  return target !== null && (target.mode & wanted) === wanted && isReachable(path);
}

/** Whether all folders above `path` let others through. */
async function isReachable(path: string): Promise<boolean> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const folder = await stat(at).catch(() => null);
    if (!folder || (folder.mode & OTHERS_ENTER) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
