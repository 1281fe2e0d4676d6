import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * Binds a process with all its threads to one core, where `taskset` is there to do it.
 * @returns whether it is bound
 */
export function pin(pid: number, core: number): boolean {
  return (
    spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' }).status === 0
  );
}

/** Processor time of a process's main thread so far, in microseconds; not a number where the kernel does not tell. */
export async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return text === '' ? NaN : Number(text.split(' ')[0]) / 1_000;
}
