import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './data-folder.errors.js';
import { blockingParent, isRoot, othersCanRead } from './reachable.js';

/**
 * @param shared whether processes of other users must read it
 * @see DataFolder.reachableProgram
 */
export async function reachableProgram(
  data: string,
  source: string,
  version?: string,
  shared = isRoot(),
): Promise<string> {
  if (!shared) return source;
  if (!(await blockingParent(source)) && (await othersCanRead(source))) return source;
  return copyProgram(data, source, version ?? (await digestOf(source)));
}

/**
 * Copies a program folder to `data`/runtime/<name>-<version>/<name>, complete or not at all, once.
 * The kind of module (`type` in the nearest package.json) comes along, since Node looks for it above the files.
 */
export async function copyProgram(data: string, source: string, version: string): Promise<string> {
  const name = basename(source);
  const shelf = join(data, 'runtime');
  const home = join(shelf, `${name}-${version}`);
  if (await isFolder(home)) return join(home, name);
  const draft = join(shelf, `.${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(join(draft, name), { recursive: true, mode: 0o755 });
    await chmod(shelf, 0o711);
    await cp(source, join(draft, name), { recursive: true, verbatimSymlinks: true });
    await writeFile(join(draft, 'package.json'), JSON.stringify({ type: await moduleType(source) }));
    await openToAll(draft);
    await rename(draft, home);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster: its copy is as good.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error)) || !(await isFolder(home))) throw error;
  }
  return join(home, name);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function moduleType(folder: string): Promise<string> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { type?: unknown };
    return manifest.type === 'module' ? 'module' : 'commonjs';
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return dirname(folder) === folder ? 'commonjs' : moduleType(dirname(folder));
  }
}

/** Everyone may read, nobody but the owner may write; programs stay programs. */
async function openToAll(path: string): Promise<void> {
  const { mode } = await lstat(path);
  await chmod(path, mode & 0o100 ? 0o755 : 0o644);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await openToAll(child);
    else if (entry.isFile()) await chmod(child, (await lstat(child)).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Sixteen hex digits over every name and byte below the folder. */
async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256').update(await moduleType(folder));
  const add = async (path: string, name: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = join(path, entry.name);
      const label = `${name}/${entry.name}`;
      if (entry.isDirectory()) await add(child, label);
      else
        hash
          .update(`${label}\0`)
          .update(entry.isSymbolicLink() ? await readlink(child) : await readFile(child));
    }
  };
  await add(folder, '');
  return hash.digest('hex').slice(0, 16);
}
