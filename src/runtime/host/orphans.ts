import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestsFolder, removeGuestFolder, TRIAL_PREFIX } from './guest-folder.js';

/** In the flags of a process: it runs no code of its own any more (PF_EXITING of Linux). */
const ENDING = 0x4;

/** Identifies a process beyond its number, which the kernel gives out again. */
interface Identity {
  pid: number;
  /** Clock ticks between boot and the process's start. */
  startTicks: string;
  bootId: string;
}

/**
 * Writes down that a guest runs, so that the next server process can end it should this one be killed, and what
 * watches over its guests (group-watcher.ts) as well.
 * Does nothing where there is no /proc: a guest also ends by itself when its channel closes.
 * @returns path of the record, to be removed when the guest has ended
 */
export async function recordGuest(dataDir: string, pid: number): Promise<string> {
  const path = join(guestsFolder(dataDir), `${pid}.pid`);
  const identity = await identify(pid);
  if (identity) await writeFile(path, JSON.stringify(identity), { mode: 0o600 });
  return path;
}

export async function forgetGuest(record: string): Promise<void> {
  await rm(record, { force: true });
}

/**
 * Ends the guests that a killed server left behind, and removes the folders of its trials. To be called once, before
 * any guest is started, and only by the one server that owns the data folder.
 * @returns how many were still running
 */
export async function sweepOrphans(dataDir: string): Promise<number> {
  const folder = guestsFolder(dataDir);
  const names = await readdir(folder).catch(() => []);
  let ended = 0;
  for (const name of names.filter((candidate) => candidate.endsWith('.pid'))) {
    const recorded = await readIdentity(join(folder, name));
    if (recorded && (await isSame(recorded)) && kill(recorded.pid)) ended += 1;
    await rm(join(folder, name), { force: true });
  }
  for (const name of names.filter((candidate) => candidate.startsWith(TRIAL_PREFIX)))
    await removeGuestFolder(join(folder, name));
  return ended;
}

async function isSame(recorded: Identity): Promise<boolean> {
  const now = await identify(recorded.pid);
  return now !== null && now.startTicks === recorded.startTicks && now.bootId === recorded.bootId;
}

async function identify(pid: number): Promise<Identity | null> {
  try {
    const [status, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // Fields from 3 on; the name in field 2 may itself hold spaces and brackets, so after its last bracket.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const flags = Number(fields[6]);
    const startTicks = fields[19];
    // A zombie has ended, only its parent has not looked yet; before that the kernel takes it apart.
    if (state === 'Z' || (flags & ENDING) !== 0) return null;
    return startTicks ? { pid, startTicks, bootId: bootId.trim() } : null;
  } catch {
    return null;
  }
}

async function readIdentity(path: string): Promise<Identity | null> {
  try {
    const { pid, startTicks, bootId } = JSON.parse(await readFile(path, 'utf8')) as Partial<Identity>;
    return Number.isSafeInteger(pid) && pid && pid > 1 && startTicks && bootId
      ? { pid, startTicks, bootId }
      : null;
  } catch {
    return null;
  }
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
