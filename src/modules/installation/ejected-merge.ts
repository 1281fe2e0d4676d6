import fs from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Conflict } from '../../platform/http/errors.js';
import { AUTHOR, commitPackage, saveEdits, type Upstream, UPSTREAM_BRANCH } from './ejected-history.js';
import { git } from './git.js';

/** A merge that no branch names yet. */
export interface Merged {
  /** The merge itself. */
  head: string;
  /** The newer package as it was published. */
  theirs: string;
}

/**
 * Commits the local edits, then merges a newer package into them; neither branches nor files get the merge.
 * @throws Conflict `sync_conflict` naming each file that both changed
 */
export async function mergeUpstream(dir: string, packageDir: string, upstream: Upstream): Promise<Merged> {
  const saved = await saveEdits(dir);
  const base = await git.resolveRef({ fs, dir, ref: UPSTREAM_BRANCH }).catch(() => null);
  if (!saved || base === null)
    throw new Conflict(
      'sync_conflict',
      `The local copy has no branch to merge into: check one out, and keep the branch "upstream".`,
    );
  const theirs = await commitPackage(dir, { folder: packageDir, parent: [base], upstream });
  try {
    const { oid } = await git.merge({
      ...{ fs, dir, ours: saved.branch, theirs, author: AUTHOR },
      message: `Merge ${upstream.name}@${upstream.version}\n`,
      noUpdateBranch: true,
      abortOnConflict: true,
    });
    return { head: oid ?? saved.head, theirs };
  } catch (error) {
    throw conflictOf(error, upstream);
  }
}

/** Writes the files of a commit into a folder that is there and empty. */
export async function exportCommit(dir: string, oid: string, to: string): Promise<void> {
  const { tree } = await git.readTree({ fs, dir, oid });
  for (const entry of tree) {
    const path = join(to, entry.path);
    if (entry.type === 'tree') {
      await mkdir(path);
      await exportCommit(dir, entry.oid, path);
    } else if (entry.type === 'blob') {
      const { blob } = await git.readBlob({ fs, dir, oid: entry.oid });
      if (entry.mode === '120000') await symlink(Buffer.from(blob).toString(), path);
      else await writeFile(path, blob, { flag: 'wx', mode: entry.mode === '100755' ? 0o755 : 0o644 });
    }
  }
}

function conflictOf(error: unknown, { name, version }: Upstream): unknown {
  if (error instanceof git.Errors.MergeNotSupportedError)
    return new Conflict(
      'sync_conflict',
      'The history of the local copy has more than one base: merge it by hand.',
    );
  if (!(error instanceof git.Errors.MergeConflictError)) return error;
  const { filepaths } = error.data;
  const message = `changed here and in ${name}@${version}`;
  return new Conflict(
    'sync_conflict',
    `${filepaths.length} file${filepaths.length === 1 ? '' : 's'} changed both here and in ${name}@${version}; nothing was merged.`,
    'upstream',
    filepaths.map((field) => ({ field, message })),
  );
}
