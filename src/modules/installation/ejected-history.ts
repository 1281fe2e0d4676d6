import fs from 'node:fs';
import { mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Accept, copyFolder, isExecutable, ofPackage, ofWorkingCopy, RECORD } from './ejected-files.js';
import { oidOf, packedObjects, type PackedFile, readFolder, writeIndex, writePack } from './ejected-pack.js';
import { git } from './git.js';

/** The package that a copy was made from. */
export interface Upstream {
  name: string;
  version: string;
  integrity: string;
}

/** Branch that holds the packages as they were published, one commit a version. */
export const UPSTREAM_BRANCH = 'refs/heads/upstream';
const MAIN = 'main';
export const AUTHOR = { name: 'Plugboard', email: 'plugboard@localhost' };
const FOLDER = '040000';

/**
 * Makes a git repository in `dir`, which is there and empty, whose first commit is the package as it was published,
 * and checks it out. Nothing of the package is run or obeyed: there is no git program, and so no hook or filter.
 */
export async function beginHistory(dir: string, packageDir: string, upstream: Upstream): Promise<void> {
  await git.init({ fs, dir, defaultBranch: MAIN });
  await mkdir(join(dir, '.git', 'info'), { recursive: true });
  await writeFile(join(dir, '.git', 'info', 'exclude'), `/node_modules\n/${RECORD}\n`);
  const { head, files } = await commitFolder(dir, { folder: packageDir, parent: [], upstream });
  await setBranch(dir, UPSTREAM_BRANCH, head);
  await setBranch(dir, `refs/heads/${MAIN}`, head);
  const accept = await ofPackage(packageDir);
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  await copyFolder(
    packageDir,
    dir,
    (path, entry) => accept(path, entry) && (!entry.isDirectory() || folders.has(path)),
  );
  await writeIndex(dir, files);
}

/** `a/b/c` lies below `a` and `a/b`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

interface PackageCommit {
  /** Where the package lies. */
  folder: string;
  parent: string[];
  upstream: Upstream;
}

/** Writes a package as it was published as a commit that no branch names yet. @returns its id */
export async function commitPackage(dir: string, commit: PackageCommit): Promise<string> {
  return (await commitFolder(dir, commit)).head;
}

async function commitFolder(
  dir: string,
  { folder, parent, upstream }: PackageCommit,
): Promise<{ head: string; files: PackedFile[] }> {
  const { tree, files, objects } = await readFolder(folder, await ofPackage(folder));
  await writePack(dir, [...objects.values()]);
  const message = `${upstream.name}@${upstream.version}\n\nintegrity: ${upstream.integrity}\n`;
  const head = await git.commit({ fs, dir, tree, parent, message, author: AUTHOR, noUpdateBranch: true });
  return { head, files };
}

/** Commits what was edited in a working copy. @returns the branch (its full name) and its newest commit, null where there is none */
export async function saveEdits(dir: string): Promise<{ branch: string; head: string } | null> {
  const branch = await git.currentBranch({ fs, dir, fullname: true }).catch(() => undefined);
  if (typeof branch !== 'string') return null;
  const before = await git.resolveRef({ fs, dir, ref: branch });
  const tree = await treeOf(dir, dir, await ofWorkingCopy(dir));
  const { commit } = await git.readCommit({ fs, dir, oid: before });
  if (commit.tree === tree) return { branch, head: before };
  const message = 'Local edits\n';
  const head = await git.commit({
    ...{ fs, dir, tree, parent: [before], message, author: AUTHOR },
    noUpdateBranch: true,
  });
  await setBranch(dir, branch, head);
  await refreshIndex(dir, before, head);
  return { branch, head };
}

/** Tells git's index what a commit changed; no file is touched, since someone may be writing it just now. */
async function refreshIndex(dir: string, before: string, after: string): Promise<void> {
  await git.walk({
    ...{ fs, dir, trees: [git.TREE({ ref: before }), git.TREE({ ref: after })] },
    map: async (filepath, entries) => {
      const [old, now] = await Promise.all(entries.map(async (entry) => entry?.oid()));
      if (old === now) return null;
      const types = await Promise.all(entries.map(async (entry) => entry?.type()));
      if (types.includes('blob')) await git.resetIndex({ fs, dir, filepath, ref: after });
      return undefined;
    },
  });
}

/** Whether nothing was ever edited in a working copy of ours. */
export async function isPristine(dir: string): Promise<boolean> {
  try {
    const published = await git.resolveRef({ fs, dir, ref: UPSTREAM_BRANCH });
    const { commit } = await git.readCommit({ fs, dir, oid: published });
    const heads = await git.listRefs({ fs, dir, filepath: 'refs/heads' });
    const tips = await Promise.all(
      heads.map((name) => git.resolveRef({ fs, dir, ref: `refs/heads/${name}` })),
    );
    if (tips.some((tip) => tip !== published)) return false;
    return commit.tree === (await treeOf(dir, dir, await ofWorkingCopy(dir)));
  } catch {
    return false;
  }
}

/** The version that a commit of a package is of; null where the history is not ours any more. */
export async function versionAt(dir: string, ref: string): Promise<string | null> {
  try {
    const [newest] = await git.log({ fs, dir, ref, depth: 1 });
    return /@([^@\s]+)\n/.exec(newest?.commit.message ?? '')?.[1] ?? null;
  } catch {
    return null;
  }
}

/** @param branch its full name: a short one would be taken for a file beside HEAD */
export async function setBranch(dir: string, branch: string, oid: string): Promise<void> {
  await git.writeRef({ fs, dir, ref: branch, value: oid, force: true });
}

/** Writes the folder's files into the repository, those that it lacks. @returns the tree's id */
export async function treeOf(dir: string, folder: string, accept: Accept): Promise<string> {
  return writeFolder({ dir, packed: await packedObjects(dir) }, folder, accept, '');
}

async function writeFolder(
  to: { dir: string; packed: ReadonlySet<string> },
  folder: string,
  accept: Accept,
  place: string,
): Promise<string> {
  const { dir, packed } = to;
  const write = async (blob: Buffer): Promise<string> => {
    const oid = oidOf('blob', blob);
    return packed.has(oid) ? oid : git.writeBlob({ fs, dir, blob });
  };
  const tree = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!accept(place + entry.name, entry)) continue;
    const path = join(folder, entry.name);
    const common = { path: entry.name, mode: FOLDER, type: 'blob' as const };
    if (entry.isDirectory()) {
      const oid = await writeFolder(to, path, accept, `${place}${entry.name}/`);
      if (oid !== EMPTY_TREE) tree.push({ ...common, type: 'tree' as const, oid });
    } else if (entry.isSymbolicLink()) {
      tree.push({ ...common, mode: '120000', oid: await write(Buffer.from(await readlink(path))) });
    } else if (entry.isFile()) {
      const mode = (await isExecutable(path)) ? '100755' : '100644';
      tree.push({ ...common, mode, oid: await write(await readFile(path)) });
    }
  }
  return git.writeTree({ fs, dir, tree });
}

/** git knows no empty folders. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
