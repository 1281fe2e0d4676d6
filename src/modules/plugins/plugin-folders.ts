import { copyFile, mkdir, readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Among the bundled plugins: the one-file plugin that a new plugin folder starts with. */
export const EXAMPLE_FOLDER = 'example';

/**
 * The folders that path plugins may live in, made where they are missing. A folder that is made gets a small
 * plugin to start from.
 * @returns their real paths
 */
export async function openPluginFolders(paths: readonly string[], bundledDir: string): Promise<string[]> {
  const folders: string[] = [];
  for (const path of paths) {
    const isNew = await mkdir(resolve(path), { recursive: true, mode: 0o755 });
    const folder = await realpath(resolve(path));
    if (isNew !== undefined) await copyExample(join(bundledDir, EXAMPLE_FOLDER), folder);
    folders.push(folder);
  }
  return folders;
}

async function copyExample(source: string, folder: string): Promise<void> {
  for (const name of await readdir(source)) await copyFile(join(source, name), join(folder, name));
}
