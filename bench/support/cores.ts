import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/**
 * Binds a process with all its threads to one core, where `taskset` is there to do it.
 * @returns whether it is bound
 */
export function pin(pid: number, core: number): boolean {
  return (
    spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' }).status === 0
  );
}

/** Processor time of a process so far, all its threads, in microseconds; not a number where the kernel does not tell. */
export async function processorTime(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = threads.map(async (thread) => {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '');
    return text === '' ? NaN : Number(text.split(' ')[0]) / 1_000;
  });
  return threads.length === 0 ? NaN : (await Promise.all(times)).reduce((sum, time) => sum + time, 0);
}
