/**
 * Loaded into the package manager before its own code (`--import`), in its worker threads too. It ends with the
 * process that started it (closed standard input), writes files that others can read, connects to no private address,
 * and lets no archive be unpacked that is too large or has names that lead outside: the package manager itself inflates
 * archives whole, in memory, without a limit, and turns such names into others without a word.
 */
import { isMainThread, parentPort } from 'node:worker_threads';
import zlib from 'node:zlib';
import type { NetworkLimits } from '../../../platform/http/outbound/process-guard.js';
import { ArchiveRefused, checkRatio } from './archive-entry.js';
import { archiveFormat, foreignFormat } from './archive-format.js';
import { scanArchive } from './archive-scan.js';

const limits = new URL(import.meta.url).searchParams;
const maxOutputLength = Number(limits.get('maxBytes'));
const maxFiles = Number(limits.get('maxFiles'));
/** What the program takes for itself, with a few archives in hand. */
const PROGRAM_BYTES = 1.5 * 2 ** 30;
const LOOK_AT_MEMORY_MS = 100;

const { gunzipSync } = zlib;
const bounded: typeof gunzipSync = (input, options) => {
  const tar = inflated(input, options);
  checkRatio(tar.length, Buffer.byteLength(input));
  scanArchive(tar, maxFiles);
  return tar;
};
zlib.gunzipSync = bounded;

function inflated(...[input, options]: Parameters<typeof gunzipSync>): ReturnType<typeof gunzipSync> {
  try {
    return gunzipSync(input, { ...options, maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw tooLarge();
  }
}

/** What the package manager inflates goes through `bounded`; what it takes as it is goes through here. */
function checkUncompressed(archive: Buffer): void {
  if (archiveFormat(archive) === 'tar.gz') return;
  const foreign = foreignFormat(archive) ?? (archiveFormat(archive) === 'zip' ? 'zip' : null);
  if (foreign !== null)
    throw new ArchiveRefused(
      `The archive is packed with ${foreign}: packages are tar archives, compressed with gzip or not.`,
    );
  if (archive.length > maxOutputLength) throw tooLarge();
  scanArchive(archive, maxFiles);
}

function tooLarge(): ArchiveRefused {
  return new ArchiveRefused(
    `An archive unpacks to more than ${maxOutputLength} bytes: POLICY_MAX_UNPACKED_MB.`,
  );
}

/** Answers a worker thread's order to unpack an archive that is refused in the place of the worker. */
function guardOrders(port: NonNullable<typeof parentPort>): void {
  const on = port.on.bind(port) as (event: string, listener: (order: unknown) => void) => typeof port;
  const guarded = (listener: (order: unknown) => void) => (order: unknown) => {
    try {
      const { type, buffer } = (order || {}) as { type?: unknown; buffer?: Uint8Array };
      if (type === 'extract' && buffer)
        checkUncompressed(Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength));
    } catch (error) {
      const { code, message } = error as ArchiveRefused;
      port.postMessage({ status: 'error', error: { code, message } });
      return;
    }
    listener(order);
  };
  Object.assign(port, {
    on: (event: string, listener: (order: unknown) => void) =>
      on(event, event === 'message' ? guarded(listener) : listener),
  });
}

if (parentPort) guardOrders(parentPort);

if (isMainThread) {
  const { guardConnections } = await import('../../../platform/http/outbound/process-guard.js');
  guardConnections(JSON.parse(limits.get('network') ?? '') as NetworkLimits);
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
