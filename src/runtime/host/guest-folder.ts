import { createHash } from 'node:crypto';
import { chmod, lchown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LoadFailed } from './errors.js';

/** Where the data folders of guests lie. */
export const guestsFolder = (dataDir: string): string => join(dataDir, 'guests');

/** How the names of folders begin that are made for one start only; no plugin's does. */
export const TRIAL_PREFIX = '.trial-';

/**
 * A folder name for any plugin: readable, portable, and another for each id and slot, so that what a deleted plugin
 * has left on a server that was down is not found by the next of that name.
 */
export function folderName({ pluginId, slot }: { pluginId: string; slot: number }): string {
  return `${prefixOf(pluginId)}${slot}`;
}

function prefixOf(pluginId: string): string {
  const readable = pluginId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${readable || 'plugin'}-${createHash('sha256').update(pluginId).digest('hex').slice(0, 12)}-`;
}

/** Makes the folder in which those of plugins lie. @throws LoadFailed */
export async function makeGuestsFolder(dataDir: string): Promise<void> {
  await mkdir(guestsFolder(dataDir), { recursive: true, mode: 0o711 }).catch(refuse);
}

/**
 * Makes a plugin's own folder in one that is there: closed to everyone but `owner` (a user id), or to others than
 * the server.
 * @throws LoadFailed
 */
export async function makeGuestFolder(path: string, owner: number | null): Promise<void> {
  await makeOwned(path, owner).catch(refuse);
}

/** Says which error it was, without the path: it is the server's own, and causes are shown and logged. */
function refuse(error: unknown): never {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  throw new LoadFailed(`the data folder of the plugin could not be made (${code})`, 'artifact');
}

async function makeOwned(path: string, owner: number | null): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (process.getuid?.() !== 0) return;
  const uid = owner ?? 0;
  if ((await stat(path)).uid !== uid) await giveTo(path, uid);
}

/** Removes what all plugins of an id have left, whatever their slot. */
export async function removeGuestFolders(dataDir: string, pluginId: string): Promise<void> {
  const folder = guestsFolder(dataDir);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => candidate.startsWith(prefixOf(pluginId))))
    await removeGuestFolder(join(folder, name));
}

export async function removeGuestFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Links themselves change hands, never what they lead to. */
async function giveTo(path: string, uid: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveTo(join(path, entry.name), uid);
    else await lchown(join(path, entry.name), uid, uid);
  }
  await lchown(path, uid, uid);
}
