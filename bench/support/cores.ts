import { spawnSync } from 'node:child_process';

/**
 * Binds a process with all its threads to one core, where `taskset` is there to do it.
 * @returns whether it is bound
 */
export function pin(pid: number, core: number): boolean {
  return spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}
