import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from './data-folder.errors.js';

/** Names one process for ever: a process id alone is used again, in containers after every start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot; '' where the system does not tell. */
  readonly start: string;
  /** Within one world process ids can be compared: one boot and process namespace (Linux), else one host. */
  readonly world: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, start: (await statusOf(pid))?.start ?? '', world: await ownWorld() };
}

/** Whether that process, and not a later one with its number, is running. It must be of our own world. */
export async function isRunning({ pid, start }: ProcessIdentity): Promise<boolean> {
  if (!pidExists(pid)) return false;
  const status = await statusOf(pid);
  if (!status || start === '') return true;
  return status.start === start && !status.dead;
}

/** Whether some process has that number, ours to signal or not. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (starttime) of /proc/<pid>/stat, as in proc(5); undefined where there is none. */
async function statusOf(pid: number): Promise<{ start: string; dead: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses and may itself hold any character.
  const [state = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const start = rest[18];
  return start === undefined ? undefined : { start, dead: state === 'Z' || state === 'X' };
}

async function ownWorld(): Promise<string> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `${boot} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
