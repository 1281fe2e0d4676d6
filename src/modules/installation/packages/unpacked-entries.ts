import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { ArchiveRefused, checkEntry } from './archive-scan.js';

const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** One entry of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** As in a tar archive: `0` a file, `5` a folder, others are refused. */
  readonly kind: string;
  /** Bytes it says it has. */
  readonly size: number;
}

/**
 * Writes the entries of an archive below a directory, files and folders alone, each looked at before it is written.
 * All files have the same mode, so that the same archive gives the same tree.
 */
export class UnpackedEntries {
  private readonly folders = new Set<string>();
  private entries = 0;

  /** @param directory empty, and nobody else's */
  constructor(
    private readonly directory: string,
    private readonly maxFiles: number,
  ) {}

  /** @throws ArchiveRefused for what `checkEntry` refuses, one too many, one that is there already, or is cut short */
  async add({ name, kind, size }: ArchiveEntry, content: AsyncIterable<Buffer>): Promise<void> {
    this.entries += 1;
    if (this.entries > this.maxFiles)
      throw new ArchiveRefused(`The archive has more than ${this.maxFiles} entries: POLICY_MAX_FILES.`);
    checkEntry(name, kind);
    const path = normalize(name).replace(/\/$/, '');
    if (kind === '5') await this.folder(path);
    else await this.file(path, size, content);
  }

  /** @throws ArchiveRefused where there was nothing */
  end(): void {
    if (this.entries === 0) throw new ArchiveRefused('The archive has nothing in it.');
  }

  private async folder(path: string): Promise<void> {
    if (path === '.' || this.folders.has(path)) return;
    await this.folder(dirname(path));
    this.folders.add(path);
    const full = join(this.directory, path);
    await mkdir(full).catch((error: unknown) => {
      throw clash(error, path);
    });
    // The umask may have taken bits away.
    await chmod(full, FOLDER_MODE);
  }

  private async file(path: string, size: number, content: AsyncIterable<Buffer>): Promise<void> {
    await this.folder(dirname(path));
    const file = await open(join(this.directory, path), 'wx', FILE_MODE).catch((error: unknown) => {
      throw clash(error, path);
    });
    try {
      let written = 0;
      for await (const piece of content) {
        await file.write(piece);
        written += piece.length;
      }
      if (written < size) throw cutShort();
      await file.chmod(FILE_MODE);
    } finally {
      await file.close();
    }
  }
}

export function cutShort(): ArchiveRefused {
  return new ArchiveRefused('The archive ends in the middle of a file.');
}

function clash(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR' && code !== 'ENAMETOOLONG') return error;
  return new ArchiveRefused(
    `The archive has the path ${JSON.stringify(path.slice(0, 200))} twice, or too long.`,
  );
}
