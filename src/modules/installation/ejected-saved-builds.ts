import fs from 'node:fs';
import { ofWorkingCopy } from './ejected-files.js';
import { AUTHOR, setBranch, treeOf } from './ejected-history.js';
import { exportCommit } from './ejected-merge.js';
import { git } from './git.js';

const REFS = 'refs/plugboard/builds';

/**
 * Keeps what runs in the working copy's own repository, below no branch, so that it can be had again when the build's
 * folder is lost. A working copy whose repository was taken away keeps nothing.
 */
export async function saveBuild(dir: string, folder: string, name: string): Promise<void> {
  if (!(await hasRepository(dir))) return;
  const tree = await treeOf(dir, folder, await ofWorkingCopy(folder));
  const message = 'What runs\n';
  const oid = await git.commit({
    ...{ fs, dir, tree, message, author: AUTHOR, parent: [] },
    noUpdateBranch: true,
  });
  await setBranch(dir, `${REFS}/${name}`, oid);
}

/** Writes a kept build into a folder that is there and empty. @returns whether it was kept */
export async function restoreBuild(dir: string, name: string, to: string): Promise<boolean> {
  const oid = await git.resolveRef({ fs, dir, ref: `${REFS}/${name}` }).catch(() => null);
  if (oid === null) return false;
  await exportCommit(dir, oid, to);
  return true;
}

/** Keeps the builds named alone. */
export async function forgetBuilds(dir: string, keep: readonly string[]): Promise<void> {
  const names = await git.listRefs({ fs, dir, filepath: REFS }).catch(() => []);
  for (const name of names)
    if (!keep.includes(name)) await git.deleteRef({ fs, dir, ref: `${REFS}/${name}` });
}

async function hasRepository(dir: string): Promise<boolean> {
  return git.currentBranch({ fs, dir }).then(
    () => true,
    () => false,
  );
}
