import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/** What a process of this Node takes that does nothing, in KiB. */
export interface IdleMemory {
  /** Private writable memory, reserved or used: what RLIMIT_DATA counts. */
  dataKb: number;
  /** Memory in use that no file backs. */
  residentKb: number;
}

/** Prints its own record. Reads it as plugins read files, so that Node's pool of threads, 32 MiB of stacks, is there. */
const PROGRAM = `require('node:fs').readFile('/proc/self/status', (_, status) => process.stdout.write(status))`;

const measured = new Map<string, Promise<IdleMemory | null>>();

/** The flags of V8 that decide how much memory a guest reserves. */
export function memoryFlags(heapMb: number): string[] {
  // Three V8 helper threads fewer a guest: 24 MiB less address space, no slower start.
  return [`--max-old-space-size=${heapMb}`, '--v8-pool-size=1'];
}

/**
 * Measures an idle process with the flags of a guest, once for each set of flags. Releases differ: V8 in Node 24 and
 * 26 reserves 512 MiB for its tables of functions that it never fills, Node 20 and 22 reserve 56 MiB in all.
 * @returns null where there is no /proc to read
 * @throws Error where there is one, and the process does not start: without the measure there would be no limit
 */
export function idleMemory(heapMb: number): Promise<IdleMemory | null> {
  const flags = memoryFlags(heapMb);
  const key = flags.join(' ');
  const known = measured.get(key) ?? measure(flags);
  measured.set(key, known);
  known.catch(() => measured.delete(key));
  return known;
}

async function measure(flags: string[]): Promise<IdleMemory | null> {
  if (!existsSync('/proc/self/status')) return null;
  const child = spawn(process.execPath, [...flags, '--eval', PROGRAM], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [status] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const dataKb = fieldOf(status, 'VmData');
  if (dataKb === null)
    throw new Error('An idle process could not be measured, to set the memory limit of plugins by');
  return { dataKb, residentKb: residentKb(status) };
}

/** Memory in use that no file backs, shared and swapped-out memory included, according to `/proc/<pid>/status`. */
export function residentKb(status: string): number {
  return ['RssAnon', 'RssShmem', 'VmSwap'].reduce((sum, name) => sum + (fieldOf(status, name) ?? 0), 0);
}

function fieldOf(status: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status);
  return found ? Number(found[1]) : null;
}
