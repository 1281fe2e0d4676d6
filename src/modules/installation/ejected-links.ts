import { mkdir, readdir, realpath, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isFolder } from './ejected-files.js';

/** Where an installed version lies, absolute. */
export interface InstalledPlace {
  npmName: string;
  /** Folder of the whole version. */
  directory: string;
  /** Folder of the package itself. */
  packageDir: string;
}

/**
 * Lets code in `folder` find what the installed package finds: its own dependencies, and those that lie where it finds
 * them although it does not name them. Links are relative, since the data folder may move; what the package brings
 * along in its `node_modules` stays and comes first.
 */
export async function linkDependencies(folder: string, place: InstalledPlace): Promise<void> {
  await unlinkDependencies(folder);
  const top = join(place.directory, 'node_modules');
  const beside = join(place.packageDir, ...place.npmName.split('/').map(() => '..'));
  const taken = new Set(await packagesIn(join(folder, 'node_modules')));
  for (const source of [beside, join(top, '.pnpm', 'node_modules'), top])
    for (const name of await packagesIn(source)) {
      if (taken.has(name)) continue;
      taken.add(name);
      const link = join(folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true, mode: 0o755 });
      // Where it really lies: the fence opens what a link names, not what that may lead on to.
      await symlink(relative(dirname(link), await realpath(join(source, name))), link, 'dir');
    }
}

/** Takes the links away, so that nothing is written through them. */
export async function unlinkDependencies(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  if (!(await isFolder(modules))) return rm(modules, { force: true });
  for (const { parentPath, name, isLink } of await entriesOf(modules))
    if (isLink) await unlink(join(parentPath, name));
}

/** Names of the packages in a folder of them, with their scopes. */
async function packagesIn(modules: string): Promise<string[]> {
  const entries = await entriesOf(modules);
  return entries.map(({ parentPath, name }) => relative(modules, join(parentPath, name)));
}

async function entriesOf(modules: string): Promise<{ parentPath: string; name: string; isLink: boolean }[]> {
  const found = [];
  for (const entry of await readdir(modules, { withFileTypes: true }).catch(() => [])) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    if (name.startsWith('@') && entry.isDirectory()) found.push(...(await entriesOf(join(modules, name))));
    else found.push({ parentPath: modules, name, isLink: entry.isSymbolicLink() });
  }
  return found;
}
