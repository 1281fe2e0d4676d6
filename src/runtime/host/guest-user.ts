import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_READ = 0o4;
const OTHERS_ENTER = 0o1;

/**
 * Which user a guest runs as where the server is root: its own, `base + slot`, when that one can reach all
 * that it must read. Null where the server is not root, or where a folder on the way is closed to others
 * (then only Node's permission model stands between the guest and the server's files).
 */
export async function guestUser(
  base: number | null,
  slot: number,
  needed: readonly string[],
): Promise<number | null> {
  if (base === null || process.getuid?.() !== 0) return null;
  const open = await Promise.all(needed.map(isOpenToOthers));
  return open.every(Boolean) ? base + slot : null;
}

async function isOpenToOthers(path: string): Promise<boolean> {
  const target = await stat(path).catch(() => null);
  const wanted = target?.isDirectory() ? OTHERS_READ | OTHERS_ENTER : OTHERS_READ;
  if (!target || (target.mode & wanted) !== wanted) return false;
  for (let at = dirname(path); ; at = dirname(at)) {
    const folder = await stat(at).catch(() => null);
    if (!folder || (folder.mode & OTHERS_ENTER) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
