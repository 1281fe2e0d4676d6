import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, DataFolderError } from './data-folder.errors.js';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** The holder touches its claim this often … */
const BEAT_MS = 1_000;
/** … so a claim from another container or host that nobody touches for so long is abandoned. */
const WATCH_MS = 3_000;
const CLAIM = /^server\.lock\.(\d+)$/;

interface Claim extends ProcessIdentity {
  readonly host: string;
  readonly released: boolean;
}

/** Holds a folder for one process by the claim with the highest number, which is never removed, only outbid. */
export class FolderLock {
  private readonly beat: NodeJS.Timeout;

  constructor(
    private readonly folder: string,
    private readonly number: number,
    private readonly claim: Claim,
  ) {
    const path = claimPath(folder, number);
    this.beat = setInterval(() => {
      const now = new Date();
      // A claim that is gone was outbid or its folder deleted; there is nothing left to keep fresh.
      utimes(path, now, now).catch(() => clearInterval(this.beat));
    }, BEAT_MS).unref();
  }

  /** Marks the claim as given back. The file stays, because numbers must only grow. */
  async release(): Promise<void> {
    clearInterval(this.beat);
    const path = claimPath(this.folder, this.number);
    if ((await readClaim(path)) === undefined) return;
    const draft = await writeDraft(this.folder, { ...this.claim, released: true });
    await rename(draft, path);
  }
}

/**
 * Takes the folder for this process. A claim whose process is gone, killed or rebooted away, is outbid with the
 * next number; of several processes that try, the file system lets one make that file.
 * @throws DataFolderError naming the process that has the folder
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const own: Claim = { ...(await ownIdentity()), host: hostname(), released: false };
  for (;;) {
    const newest = await newestNumber(folder);
    const holder = newest > 0 ? await readClaim(claimPath(folder, newest)) : undefined;
    if (holder && (await isHeld(holder, own, claimPath(folder, newest)))) throw inUse(folder, holder);
    const number = newest + 1;
    if (!(await publish(folder, number, own))) continue;
    if ((await newestNumber(folder)) > number) {
      // We were so slow that our number had been used, outbid and removed before we made it.
      await rm(claimPath(folder, number), { force: true });
      continue;
    }
    await removeOlder(folder, number);
    return new FolderLock(folder, number, own);
  }
}

const claimPath = (folder: string, number: number): string => join(folder, `server.lock.${number}`);

async function claimNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => CLAIM.exec(name)?.[1] ?? []).map(Number);
}

async function newestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await claimNumbers(folder)));
}

/** @returns undefined when the claim is gone or was never written whole, which only a power cut can do */
async function readClaim(path: string): Promise<Claim | undefined> {
  try {
    const claim = JSON.parse(await readFile(path, 'utf8')) as Partial<Claim> | null;
    const { pid, start = '', world = '', host = '', released = false } = claim ?? {};
    return typeof pid === 'number' ? { pid, start, world, host, released } : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isHeld(holder: Claim, own: Claim, path: string): Promise<boolean> {
  if (holder.released) return false;
  if (holder.world === own.world) return isRunning(holder);
  const before = await touchedAt(path);
  for (let waited = 0; waited < WATCH_MS; waited += BEAT_MS / 4) {
    await delay(BEAT_MS / 4);
    if ((await touchedAt(path)) !== before) return true;
  }
  return false;
}

async function touchedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** @returns false when another process made that claim first */
async function publish(folder: string, number: number, claim: Claim): Promise<boolean> {
  const draft = await writeDraft(folder, claim);
  try {
    await link(draft, claimPath(folder, number));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDraft(folder: string, claim: Claim): Promise<string> {
  const draft = join(folder, `.server.lock.${randomBytes(8).toString('hex')}`);
  await writeFile(draft, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
  return draft;
}

async function removeOlder(folder: string, number: number): Promise<void> {
  const older = (await claimNumbers(folder)).filter((other) => other < number);
  await Promise.all(older.map((other) => rm(claimPath(folder, other), { force: true })));
}

function inUse(folder: string, { pid, host }: Claim): DataFolderError {
  return new DataFolderError(
    `Another Plugboard server (process ${pid} on ${host}) uses the data folder ${folder}. ` +
      'Stop it first, or set DATA_DIR to another folder.',
  );
}
