import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import { codeOf } from './data-folder.errors.js';

const OTHERS_READ = 0o004;
const OTHERS_PASS = 0o001;

/** Only root starts processes of other users, so only then must they be able to reach our files. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The topmost folder above `path` that other users cannot pass through, if there is one. `path` itself, which
 * may be missing, does not count.
 */
export async function blockingParent(path: string): Promise<string | undefined> {
  let parent = await nearestExisting(path);
  let blocking: string | undefined;
  for (;;) {
    if (((await stat(parent)).mode & OTHERS_PASS) === 0) blocking = parent;
    if (parent === parse(parent).root) return blocking;
    parent = dirname(parent);
  }
}

/** Real path of the folder that holds `path`, or of the nearest one above it that exists. */
async function nearestExisting(path: string): Promise<string> {
  try {
    return dirname(await realpath(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  let parent = dirname(resolve(path));
  for (;;) {
    try {
      return await realpath(parent);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      parent = dirname(parent);
    }
  }
}

/** Whether other users can read every file in the folder (a strict umask makes a checkout they cannot). */
export async function othersCanRead(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & OTHERS_READ) === 0 || (mode & OTHERS_PASS) === 0) return false;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !(await othersCanRead(path))) return false;
    if (entry.isFile() && ((await stat(path)).mode & OTHERS_READ) === 0) return false;
  }
  return true;
}
