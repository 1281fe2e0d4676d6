import { createReadStream } from 'node:fs';
import type { Logger } from 'pino';
import { SharedFileRepository } from './shared-file.repository.js';

/** Size of a piece: small beside a server's memory, large beside the cost of a statement. */
const PIECE_BYTES = 2 ** 20;

/**
 * Files that the fleet keeps in Postgres by the digest of their content, so that no server depends on an address that
 * once had them, nor on the disk of another server.
 */
export class SharedFiles {
  /** Files that were found too large, and said to be. */
  private readonly told = new Set<string>();

  /** @param maxBytes largest file that is kept; 0 keeps none */
  constructor(
    private readonly files: SharedFileRepository,
    private readonly maxBytes: number,
    private readonly log: Logger,
  ) {}

  /** The bytes that are kept under a digest, which whoever takes them compares; null where there are none. */
  async read(sha256: string): Promise<AsyncIterable<Buffer> | null> {
    return (await this.files.use(sha256)) ? this.files.read(sha256) : null;
  }

  /**
   * Keeps a file that was found to have this digest. What cannot be kept now is kept when it is used, or looked
   * through, the next time.
   * @returns whether others can have it
   */
  async keep(sha256: string, { path, bytes }: { path: string; bytes: number }): Promise<boolean> {
    try {
      if (await this.files.use(sha256)) return true;
      if (bytes > this.maxBytes) {
        this.tellOfLarge(sha256, bytes);
        return false;
      }
      await this.files.write(sha256, bytes, piecesOf(path));
      return true;
    } catch (error) {
      this.log.warn({ err: error, sha256 }, 'file could not be kept for other servers');
      return false;
    }
  }

  private tellOfLarge(sha256: string, bytes: number): void {
    if (this.told.has(sha256)) return;
    this.told.add(sha256);
    this.log.warn({ sha256, bytes }, 'file is larger than SHARED_FILE_MAX_BYTES: not kept for other servers');
  }

  /** Gives up what is kept under a digest: it is not what it should be. */
  async forget(sha256: string): Promise<void> {
    this.log.error({ sha256 }, 'what Postgres kept under a digest has another one');
    await this.files.remove(sha256);
  }

  /** Of the digests, those that are not kept. */
  missing(digests: readonly string[]): Promise<string[]> {
    return this.files.missing(digests);
  }

  /** Removes what has had no use for a day and is not among those named. @param named read after the unused ones */
  async prune(named: () => Promise<ReadonlySet<string>>): Promise<void> {
    const unused = await this.files.unused();
    if (unused.length === 0) return;
    const kept = await named();
    for (const sha256 of unused) if (!kept.has(sha256)) await this.files.removeUnused(sha256);
  }
}

/** Opens the file when the first piece is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
}
