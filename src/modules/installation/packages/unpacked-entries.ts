import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { ArchiveRefused, checkCount, checkEntry } from './archive-entry.js';

const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** One entry of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** As in a tar archive: `0` a file, `5` a folder, others are refused. */
  readonly kind: string;
}

/**
 * Writes the entries of an archive below a directory, files and folders alone, each looked at before it is written.
 * All files have the same mode, so that the same archive gives the same tree.
 */
export class UnpackedEntries {
  private readonly folders = new Set<string>();
  /** By what they are where case and Unicode's form do not count. */
  private readonly spellings = new Map<string, string>();
  private entries = 0;

  /** @param directory empty, and nobody else's */
  constructor(
    private readonly directory: string,
    private readonly maxFiles: number,
  ) {}

  /**
   * @throws ArchiveRefused for what `checkEntry` refuses, one too many, one that is there already or would be on a disk
   *   that ignores case; what the content fails with
   */
  async add({ name, kind }: ArchiveEntry, content: AsyncIterable<Buffer>): Promise<void> {
    checkCount((this.entries += 1), this.maxFiles);
    checkEntry(name, kind);
    const path = normalize(name).replace(/\/$/, '');
    if (kind === '5') await this.folder(path);
    else await this.file(path, content);
  }

  /** @throws ArchiveRefused where there was nothing */
  end(): void {
    if (this.entries === 0) throw new ArchiveRefused('The archive has nothing in it.');
  }

  private async folder(path: string): Promise<void> {
    if (path === '.' || this.folders.has(path)) return;
    await this.folder(dirname(path));
    this.folders.add(path);
    // Folders that no entry names count as well: a path has room for many.
    checkCount(this.folders.size, this.maxFiles);
    this.refuseTwin(path);
    const full = join(this.directory, path);
    await mkdir(full).catch((error: unknown) => {
      throw clash(error, path);
    });
    // The umask may have taken bits away.
    await chmod(full, FOLDER_MODE);
  }

  private async file(path: string, content: AsyncIterable<Buffer>): Promise<void> {
    await this.folder(dirname(path));
    this.refuseTwin(path);
    const file = await open(join(this.directory, path), 'wx', FILE_MODE).catch((error: unknown) => {
      throw clash(error, path);
    });
    try {
      for await (const piece of content) await file.write(piece);
      await file.chmod(FILE_MODE);
    } finally {
      await file.close();
    }
  }

  /** The same archive must give the same tree on every disk. */
  private refuseTwin(path: string): void {
    const key = path.normalize('NFC').toLowerCase();
    const twin = this.spellings.get(key) ?? path;
    if (twin !== path)
      throw new ArchiveRefused(
        `The archive has both ${JSON.stringify(twin)} and ${JSON.stringify(path)}, which are one on some disks.`,
      );
    this.spellings.set(key, path);
  }
}

function clash(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR' && code !== 'ENAMETOOLONG') return error;
  return new ArchiveRefused(
    `The archive has the path ${JSON.stringify(path.slice(0, 200))} twice, or too long.`,
  );
}
