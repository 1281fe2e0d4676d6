import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, DataFolderError } from './data-folder.errors.js';

/**
 * Reads a random secret from `folder`/secrets, or makes it. Several processes at once get the same one, and a
 * power cut leaves either no file or a whole one: a secret that was used once is never replaced.
 */
export async function secretFile(folder: string, name: string, bytes: number): Promise<string> {
  const shelf = join(folder, 'secrets');
  const path = join(shelf, name);
  try {
    return await read(path, bytes);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(shelf, { recursive: true, mode: 0o700 });
  await make(shelf, path, randomBytes(bytes).toString('hex'));
  return read(path, bytes);
}

async function read(path: string, bytes: number): Promise<string> {
  const secret = (await readFile(path, 'utf8')).trim();
  if (!/^[0-9a-f]+$/.test(secret) || secret.length !== bytes * 2)
    throw new DataFolderError(
      `The secret ${path} is damaged: it must be ${bytes * 2} hexadecimal digits. Restore it from a backup.`,
    );
  return secret;
}

async function make(shelf: string, path: string, secret: string): Promise<void> {
  const draft = join(shelf, `.${randomBytes(8).toString('hex')}`);
  try {
    await writeDurably(draft, secret);
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(shelf);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes new names in the folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
