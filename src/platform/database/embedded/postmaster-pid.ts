import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, pidExists } from '../../data-folder/index.js';

/** What a postmaster writes about itself in postmaster.pid (lines as in Postgres' miscadmin.h). */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | '';
}

export const pidFile = (directory: string): string => join(directory, 'postmaster.pid');

/** @returns undefined when there is no such file, or it is only being written */
export async function readPostmasterFile(directory: string): Promise<PostmasterFile | undefined> {
  try {
    return parsePostmasterFile(await readFile(pidFile(directory), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  const known = (['starting', 'stopping', 'ready', 'standby'] as const).find((s) => s === lines[7]?.trim());
  return { pid, port: Number(lines[3] ?? 0), status: known ?? '' };
}

/**
 * Whether process `pid` is a postmaster on `directory` (a real path): numbers are used again, in containers
 * after every start. Where the system does not tell, a living process counts.
 */
export async function isPostmasterOf(directory: string, pid: number): Promise<boolean> {
  if (pid === process.pid || !pidExists(pid)) return false;
  if (process.platform === 'linux') {
    // Its working directory would tell too, but in a container root may not read that of other users. A zombie,
    // which is dead, has no command line, and children of a postmaster write other texts over theirs.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return command.split('\0').includes(directory);
  }
  if (process.platform === 'win32') return true;
  const listed = promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']);
  return listed.then(
    ({ stdout }) => stdout.includes(directory),
    () => false,
  );
}
