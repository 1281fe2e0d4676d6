import { readFile } from 'node:fs/promises';

/**
 * Memory that only this process holds, in MiB: what would be free if it ended. Linux only.
 * @see proc_pid_smaps_rollup(5)
 */
export async function privateMemory(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sizes = [...text.matchAll(/^Private_(?:Clean|Dirty): *(\d+) kB$/gm)];
  return sizes.reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0) / 1_024;
}
