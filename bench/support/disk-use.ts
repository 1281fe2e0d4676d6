import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder takes on the disk, in bytes: blocks, not lengths, and what has several names once. */
export async function diskUse(folder: string): Promise<number> {
  const seen = new Set<string>();
  let blocks = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { dev, ino, blocks: own } = await lstat(join(entry.parentPath, entry.name));
    if (seen.has(`${dev}:${ino}`)) continue;
    seen.add(`${dev}:${ino}`);
    blocks += own;
  }
  return blocks * 512;
}
