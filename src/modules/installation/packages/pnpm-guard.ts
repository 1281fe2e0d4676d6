/**
 * Loaded into the package manager before its own code (`--import`), in its worker threads too. It ends with the
 * process that started it (closed standard input), writes files that others can read, and lets no archive be
 * unpacked that is too large or has names that lead outside: the package manager itself inflates archives
 * whole, in memory, without a limit, and turns such names into others without a word.
 */
import { isMainThread } from 'node:worker_threads';
import zlib from 'node:zlib';
import { ArchiveRefused, scanArchive } from './archive-scan.js';

const limits = new URL(import.meta.url).searchParams;
const maxOutputLength = Number(limits.get('maxBytes'));
const maxFiles = Number(limits.get('maxFiles'));
/** What the program takes for itself, with a few archives in hand. */
const PROGRAM_BYTES = 1.5 * 2 ** 30;
const LOOK_AT_MEMORY_MS = 100;

const { gunzipSync } = zlib;
const bounded: typeof gunzipSync = (input, options) => {
  const tar = inflated(input, options);
  scanArchive(tar, maxFiles);
  return tar;
};
zlib.gunzipSync = bounded;

function inflated(...[input, options]: Parameters<typeof gunzipSync>): ReturnType<typeof gunzipSync> {
  try {
    return gunzipSync(input, { ...options, maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new ArchiveRefused(
      `An archive unpacks to more than ${maxOutputLength} bytes: POLICY_MAX_UNPACKED_MB.`,
    );
  }
}

if (isMainThread) {
  process.umask(0o022);
  process.stdin.once('end', () => process.kill(process.pid, 'SIGKILL')).resume();
  (process.stdin as unknown as { unref(): void }).unref();
  const limit = maxOutputLength * 2 + PROGRAM_BYTES;
  setInterval(() => {
    if (process.memoryUsage.rss() < limit) return;
    process.stderr.write(
      `ERR_ARCHIVE_REFUSED The package manager needs more than ${limit} bytes of memory.\n`,
    );
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_AT_MEMORY_MS).unref();
}
