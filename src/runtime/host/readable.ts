import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Artifact } from './artifact.js';
import { isInside, realFolders } from './real-path.js';

/**
 * The files and folders a plugin's process may read besides the guest program: its own, and those from which
 * Node would resolve its dependencies, as long as they lie inside a root. A file that lies in a root itself
 * is alone there (its neighbours are other plugins); one in a folder of its own may import what is beside it.
 * Every `node_modules` on the way up counts, so hoisted, nested and linked (pnpm) layouts resolve.
 */
export async function readableBy(artifact: Artifact, roots: readonly string[]): Promise<string[]> {
  const realRoots = await realFolders(roots);
  const { entry, packageDir } = artifact;
  const folder = dirname(entry);
  const alone = packageDir === null && realRoots.includes(folder);
  const own = packageDir ?? (alone ? entry : folder);
  if (artifact.format === 'wasm' && packageDir === null) return [entry];
  const found = new Set([own, entry]);
  for (let at = packageDir ?? folder; realRoots.some((root) => isInside(at, root)); at = dirname(at)) {
    for (const modules of await modulesAt(at, at === packageDir))
      if (realRoots.some((root) => isInside(modules, root))) found.add(outermostModules(modules, realRoots));
    if (!alone && (await isThere(join(at, 'package.json')))) found.add(join(at, 'package.json'));
    if (at === dirname(at)) break;
  }
  return [...found];
}

/** The `node_modules` in a folder, or the folder that is one, and where the links in its own lead to. */
async function modulesAt(folder: string, isOwn: boolean): Promise<string[]> {
  const modules = basename(folder) === 'node_modules' ? folder : join(folder, 'node_modules');
  const [real] = await realFolders([modules]);
  if (real === undefined) return [];
  return isOwn ? [real, ...(await linkedFrom(real))] : [real];
}

/** Where the links among a package's own dependencies lead to. */
async function linkedFrom(modules: string): Promise<string[]> {
  const entries = await readdir(modules, { withFileTypes: true });
  const scopes = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith('@'));
  const below = await Promise.all(scopes.map(({ name }) => linkedFrom(join(modules, name))));
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(modules, name));
  return [...(await realFolders(links)), ...below.flat()];
}

/** Where links lead into a layout of links (pnpm), packages lie in the `node_modules` around it all. */
function outermostModules(modules: string, roots: readonly string[]): string {
  let found = modules;
  for (let at = dirname(modules); roots.some((root) => isInside(at, root)); at = dirname(at)) {
    if (basename(at) === 'node_modules') found = at;
    if (at === dirname(at)) break;
  }
  return found;
}

/**
 * The package.json files that Node looks for to learn a module's kind: from its folder up to the first that is
 * there. Before 20.20 the permission model refuses the whole module when one of them may not be read, whether it
 * is there or not.
 */
export async function packageScope(module: string): Promise<string[]> {
  const looked: string[] = [];
  for (let at = dirname(module); ; at = dirname(at)) {
    const path = join(at, 'package.json');
    looked.push(path);
    if (at === dirname(at) || (await isThere(path))) return looked;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
