import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { AppError, Unprocessable } from '../http/errors.js';
import { DownloadFailed } from '../http/outbound/download.errors.js';
import type { FetchHead, GuardedClient } from '../http/outbound/guarded.client.js';
import { DigestMeter, type FileDigest } from './artifact-file.js';

/** How often one download is gone on with at once; after that, whoever asks again goes on with it. */
const MAX_RESUMES = 5;
/** What has not been gone on with for so long is given up. */
const KEPT_MS = 24 * 3_600_000;
/** Beside the part: what the origin called the file (its validator), so that parts of two files are never joined. */
const VALIDATOR = '.validator';

/**
 * A download into a file that goes on where an earlier try broke off, in this process or an earlier one, as long as
 * the origin says that it is still the same file (RFC 9110, sections 13.1.5 and 14.2).
 */
export class ResumableDownload {
  /** @param path of the file, in a folder that is there; nobody else writes to it meanwhile */
  constructor(
    private readonly client: Pick<GuardedClient, 'fetchStream' | 'maxBytes'>,
    private readonly url: string,
    readonly path: string,
  ) {}

  /**
   * @returns the digest of the whole file
   * @throws what `GuardedClient.fetchStream` throws; the part is left for another try where that can help
   */
  async run(): Promise<FileDigest> {
    for (let resumes = 0; ; resumes++) {
      const before = await sizeOf(this.path);
      try {
        const digest = await this.fetchRest();
        await rm(this.path + VALIDATOR, { force: true });
        return digest;
      } catch (error) {
        if (!mayHelpToGoOn(error)) await rm(this.path + VALIDATOR, { force: true });
        const brokeOff = error instanceof DownloadFailed && error.reason === 'try_later';
        const progress = (await isResumable(this.path)) && (await sizeOf(this.path)) > before;
        if (!brokeOff || !progress || resumes === MAX_RESUMES) throw error;
      }
    }
  }

  private async fetchRest(): Promise<FileDigest> {
    const validator = (await isResumable(this.path)) ? await readFile(this.path + VALIDATOR, 'utf8') : null;
    const offset = validator === null ? 0 : await sizeOf(this.path);
    const headers = offset > 0 ? { range: `bytes=${offset}-`, 'if-range': validator ?? '' } : {};
    const { body, ...head } = await this.client.fetchStream(this.url, {
      headers,
      maxBytes: this.client.maxBytes - offset,
      // A .tgz is commonly served as gzip's encoding of a .tar. What the checksum is of is what is sent.
      takesEncoded: true,
    });
    try {
      const goesOn = head.status === 206;
      if (goesOn && !startsAt(head, offset))
        throw new DownloadFailed('invalid', 'The host sent another part of the file than was asked for.');
      const meter = new DigestMeter();
      if (goesOn) for await (const chunk of createReadStream(this.path)) meter.add(chunk as Buffer);
      else await this.remember(head);
      await this.write(goesOn ? 'a' : 'w', meter.through(body));
      return meter.result();
    } finally {
      body.destroy();
    }
  }

  private async write(flags: 'a' | 'w', bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(this.path, flags, 0o600);
    try {
      await writeFile(file, bytes);
      // A name must never outlive its content; the name itself may be lost: then it is fetched again.
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private async remember({ headers }: FetchHead): Promise<void> {
    const { etag, 'last-modified': modified } = headers;
    const validator = etag === undefined ? modified : etag.startsWith('W/') ? undefined : etag;
    // The part is emptied first: a validator must never stand beside a part of another file.
    await writeFile(this.path, '', { mode: 0o600 });
    if (validator === undefined) await rm(this.path + VALIDATOR, { force: true });
    else await writeFile(this.path + VALIDATOR, validator, { mode: 0o600 });
  }
}

/** Whether a file is a part that can be gone on with, or tells how. */
export async function isResumable(path: string): Promise<boolean> {
  const part = path.endsWith(VALIDATOR) ? path.slice(0, -VALIDATOR.length) : path;
  const [found, validator] = await Promise.all([
    stat(part).catch(() => null),
    stat(part + VALIDATOR).catch(() => null),
  ]);
  return found !== null && validator !== null && Date.now() - found.mtimeMs < KEPT_MS;
}

/** Everything but what is proven wrong: too large, refused, gone, another file than it was. */
function mayHelpToGoOn(error: unknown): boolean {
  if (error instanceof DownloadFailed) return error.reason === 'try_later';
  return error instanceof AppError && !(error instanceof Unprocessable);
}

function startsAt({ headers }: FetchHead, offset: number): boolean {
  return (headers['content-range'] ?? '').startsWith(`bytes ${offset}-`);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}
