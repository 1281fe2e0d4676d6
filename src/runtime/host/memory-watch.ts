import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { residentKb } from './idle-memory.js';

const EVERY_MS = 500;
/** Reading one guest takes 25 µs of the event loop, so a turn of it takes about a millisecond. */
const GUESTS_PER_TURN = 50;

interface Watched {
  limitKb: number;
  onExceeded: () => void;
}

const guests = new Map<number, Watched>();
let timer: NodeJS.Timeout | null = null;
let isReading = false;

/**
 * Calls `onExceeded` when the memory that the process has in use is beyond the limit: that is what a plugin costs the
 * machine, while RLIMIT_DATA counts what is reserved and lets whoever finds a use for V8's reservations have it all.
 * @returns ends the watch; to be called before the number can be another process's
 */
export function watchMemory(pid: number, limitKb: number, onExceeded: () => void): () => void {
  const watched = { limitKb, onExceeded };
  guests.set(pid, watched);
  timer ??= setInterval(() => void readAll(), EVERY_MS).unref();
  return () => {
    if (guests.get(pid) === watched) guests.delete(pid);
    if (guests.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

async function readAll(): Promise<void> {
  if (isReading) return;
  isReading = true;
  let read = 0;
  for (const [pid, { limitKb, onExceeded }] of guests) {
    if (memoryOf(pid) > limitKb) onExceeded();
    if (++read % GUESTS_PER_TURN === 0) await setImmediate();
  }
  isReading = false;
}

/** One that has ended uses none. */
function memoryOf(pid: number): number {
  try {
    // Asynchronous reading takes twenty times the processor time; the kernel answers from counters, without waiting.
    return residentKb(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return 0;
  }
}
