import fs from 'node:fs';
import { ofWorkingCopy } from './ejected-files.js';
import { AUTHOR, saveEdits, setBranch, treeOf, UPSTREAM_BRANCH, versionAt } from './ejected-history.js';
import { git } from './git.js';

/** The merge that the working copy is to get, and the newer package in it. Both are there from plan to end. */
const HEAD = 'refs/plugboard/landing';
const UPSTREAM = 'refs/plugboard/landing-upstream';

/** Notes a merge before it is tried, so that it can be landed by whoever finds that it runs. */
export async function planLanding(dir: string, head: string, theirs: string): Promise<void> {
  await setBranch(dir, UPSTREAM, theirs);
  await setBranch(dir, HEAD, head);
}

export async function dropLanding(dir: string): Promise<void> {
  for (const ref of [HEAD, UPSTREAM]) await git.deleteRef({ fs, dir, ref });
}

/** Version of the package in the merge that is to be landed; null where there is none. */
export async function plannedVersion(dir: string): Promise<string | null> {
  return (await resolved(dir, HEAD)) === null ? null : versionAt(dir, UPSTREAM);
}

/**
 * Gives the working copy its merge, branches first, then files; may be cut short anywhere and done again. What was
 * edited meanwhile is merged too; what clashes stays on a branch of its own.
 */
export async function land(dir: string): Promise<void> {
  const [head, theirs] = [await resolved(dir, HEAD), await resolved(dir, UPSTREAM)];
  const branch = await git.currentBranch({ fs, dir, fullname: true });
  if (head === null || theirs === null || typeof branch !== 'string') return;
  if ((await resolved(dir, branch)) === head) await keepStrayEdits(dir, head);
  else {
    const merged = await withLateEdits(dir, head);
    await setBranch(dir, HEAD, merged);
    await setBranch(dir, branch, merged);
  }
  await setBranch(dir, UPSTREAM_BRANCH, theirs);
  await git.checkout({ fs, dir, ref: branch, force: true });
  await dropLanding(dir);
}

/** Edits made since the merge, merged into it. */
async function withLateEdits(dir: string, head: string): Promise<string> {
  const now = await saveEdits(dir);
  if (!now) return head;
  try {
    const { oid } = await git.merge({
      ...{ fs, dir, ours: now.branch, theirs: head, author: AUTHOR },
      noUpdateBranch: true,
      abortOnConflict: true,
    });
    return oid ?? head;
  } catch (error) {
    if (!(error instanceof git.Errors.MergeConflictError)) throw error;
    await setBranch(dir, `refs/heads/edits-${now.head.slice(0, 8)}`, now.head);
    return head;
  }
}

/** The files may be those before the merge, after it, or half written; what is neither is kept on a branch. */
async function keepStrayEdits(dir: string, head: string): Promise<void> {
  const { commit } = await git.readCommit({ fs, dir, oid: head });
  const tree = await treeOf(dir, dir, await ofWorkingCopy(dir));
  const message = 'Files as they were found\n';
  const found = await git.commit({
    ...{ fs, dir, tree, message, author: AUTHOR, parent: [head] },
    noUpdateBranch: true,
  });
  const known = [head, ...commit.parent].map((ref) => git.TREE({ ref }));
  const strays: unknown = await git.walk({
    ...{ fs, dir, trees: [git.TREE({ ref: found }), ...known] },
    map: async (path, [file, ...others]) => {
      if (!file || (await file.type()) !== 'blob') return undefined;
      const oid = await file.oid();
      const oids = await Promise.all(others.map(async (other) => other?.oid()));
      return oids.includes(oid) ? undefined : path;
    },
  });
  if (Array.isArray(strays) && strays.length > 0)
    await setBranch(dir, `refs/heads/edits-${found.slice(0, 8)}`, found);
}

function resolved(dir: string, ref: string): Promise<string | null> {
  return git.resolveRef({ fs, dir, ref }).catch(() => null);
}
