import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  rmdir,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { codeOf, DataFolderError } from './data-folder.errors.js';
import { blockingParent, isRoot } from './reachable.js';

/** Where root's data goes when DATA_DIR lies below a folder that other users cannot enter, such as /root. */
const SHELF = '/var/lib/plugboard';
/** Others may pass through but not list: plugins and Postgres run as other users when we are root. */
const PASSABLE = 0o711;
const PRIVATE = 0o700;

/**
 * Makes the folder `wanted` with the right mode. Safe with several processes at once: all get the same one.
 * @param shared whether other users must reach it. Where some parent keeps them out, the real folder is made on
 *   `shelf` and `wanted` becomes a symbolic link to it: deleting the link is a fresh start
 * @returns the real path
 * @throws DataFolderError when the folder cannot be made, written, or reached
 */
export async function placeFolder(wanted: string, shared = isRoot(), shelf = SHELF): Promise<string> {
  try {
    const real = shared ? await placeShared(wanted, shelf) : await placeHere(wanted, PRIVATE);
    await access(real, constants.W_OK | constants.X_OK);
    return real;
  } catch (error) {
    if (error instanceof DataFolderError || codeOf(error) === '') throw error;
    throw new DataFolderError(
      `The data folder ${wanted} cannot be used: ${(error as Error).message}. Set DATA_DIR to a folder this user may write.`,
      { cause: error },
    );
  }
}

async function placeShared(wanted: string, shelf: string): Promise<string> {
  for (;;) {
    const link = await danglingLink(wanted);
    const target = link ?? wanted;
    const blocking = await blockingParent(target);
    if (!blocking) return placeHere(target, PASSABLE);
    if (link || (await hasContent(wanted))) throw unreachable(wanted, blocking);
    if (await placeOnShelf(wanted, shelf)) return realpath(wanted);
  }
}

/** The target of a symbolic link that leads nowhere (its folder was deleted and the link left). */
async function danglingLink(path: string): Promise<string | undefined> {
  try {
    if (!(await lstat(path)).isSymbolicLink()) return undefined;
    const target = resolve(dirname(path), await readlink(path));
    return (await exists(target)) ? undefined : target;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function hasContent(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function placeHere(folder: string, mode: number): Promise<string> {
  const first = await mkdir(folder, { recursive: true, mode });
  // A strict umask must not close the parents that were just made.
  if (first && mode === PASSABLE) await openParents(first, folder);
  const real = await realpath(folder);
  await chmod(real, mode).catch((error: unknown) => {
    // Somebody else's folder that we may write (a mounted volume) is theirs to protect.
    if (codeOf(error) !== 'EPERM') throw error;
  });
  return real;
}

async function openParents(first: string, folder: string): Promise<void> {
  let path = first;
  await chmod(path, PASSABLE);
  for (const name of relative(first, folder).split(sep).filter(Boolean)) {
    path = join(path, name);
    await chmod(path, PASSABLE);
  }
}

/** @returns false when another process placed the folder in the meantime */
async function placeOnShelf(wanted: string, shelf: string): Promise<boolean> {
  const folder = await placeHere(join(shelf, randomBytes(8).toString('hex')), PASSABLE);
  const blocking = await blockingParent(folder);
  try {
    if (blocking) throw unreachable(folder, blocking);
    await mkdir(dirname(wanted), { recursive: true });
    await removeEmpty(wanted);
    await symlink(folder, wanted);
    return true;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (['EEXIST', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function unreachable(folder: string, blocking: string): DataFolderError {
  return new DataFolderError(
    `The data folder ${folder} lies below ${blocking}, which other users cannot enter. As root, Postgres and ` +
      `plugins run as other users, so either run "chmod o+x ${blocking}" or set DATA_DIR to another folder.`,
  );
}
