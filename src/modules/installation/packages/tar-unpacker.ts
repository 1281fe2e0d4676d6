import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import {
  ArchiveRefused,
  BLOCK,
  checkEntry,
  entryKind,
  entrySize,
  fieldText,
  isHeader,
  paxPath,
  ustarName,
} from './archive-scan.js';
import { ByteReader } from './byte-reader.js';

/** Long names and pax headers are read into memory; none that is honest is larger. */
const MAX_HEADER_BYTES = 64 * 1024;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/**
 * Unpacks a tar archive (POSIX ustar and pax, GNU long names) as it arrives, files and folders alone, every entry
 * looked at before it is written. All files have the same mode, so that the same archive gives the same tree.
 * @param directory empty, and nobody else's
 * @throws ArchiveRefused as `scanArchive`, and for what is no tar archive, is cut short, or names a file twice
 */
export async function unpackTar(
  tar: AsyncIterable<Buffer>,
  directory: string,
  maxFiles: number,
): Promise<void> {
  const reader = new ByteReader(tar);
  const unpacker = new Unpacker(reader, directory, maxFiles);
  try {
    while (await unpacker.next());
  } finally {
    await reader.close();
  }
}

class Unpacker {
  private readonly folders = new Set<string>();
  private entries = 0;
  private longName: string | null = null;

  constructor(
    private readonly reader: ByteReader,
    private readonly directory: string,
    private readonly maxFiles: number,
  ) {}

  /** @returns false at the end of the archive */
  async next(): Promise<boolean> {
    const header = await this.reader.take(BLOCK);
    if (header === null || header[0] === 0) return this.ended();
    if (!isHeader(header)) throw new ArchiveRefused('The file is no tar archive, or a damaged one.');
    const kind = entryKind(header);
    const size = entrySize(header);
    if (kind === 'L') this.longName = fieldText(await this.small(size));
    else if (kind === 'x') this.longName = paxPath(await this.small(size)) ?? this.longName;
    else if (kind === 'g' || kind === 'K') await this.small(size);
    else await this.entry(this.longName ?? ustarName(header), kind, size);
    await this.whole(padding(size));
    return true;
  }

  private ended(): false {
    if (this.entries === 0) throw new ArchiveRefused('The archive has nothing in it.');
    return false;
  }

  private async entry(name: string, kind: string, size: number): Promise<void> {
    this.longName = null;
    this.entries += 1;
    if (this.entries > this.maxFiles)
      throw new ArchiveRefused(`The archive has more than ${this.maxFiles} entries: POLICY_MAX_FILES.`);
    checkEntry(name, kind);
    const path = normalize(name).replace(/\/$/, '');
    if (kind === '5') await this.folder(path);
    else await this.file(path, size);
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

  private async file(path: string, size: number): Promise<void> {
    await this.folder(dirname(path));
    const file = await open(join(this.directory, path), 'wx', FILE_MODE).catch((error: unknown) => {
      throw clash(error, path);
    });
    try {
      let written = 0;
      for await (const piece of this.reader.pieces(size)) {
        await file.write(piece);
        written += piece.length;
      }
      if (written < size) throw cutShort();
      await file.chmod(FILE_MODE);
    } finally {
      await file.close();
    }
  }

  private small(size: number): Promise<Buffer> {
    if (size > MAX_HEADER_BYTES) throw new ArchiveRefused('The archive has a header of absurd size.');
    return this.whole(size);
  }

  private async whole(size: number): Promise<Buffer> {
    const bytes = await this.reader.take(size);
    if ((bytes?.length ?? 0) < size) throw cutShort();
    return bytes ?? Buffer.alloc(0);
  }
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function cutShort(): ArchiveRefused {
  return new ArchiveRefused('The archive ends in the middle of a file.');
}

function clash(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR' && code !== 'ENAMETOOLONG') return error;
  return new ArchiveRefused(
    `The archive has the path ${JSON.stringify(path.slice(0, 200))} twice, or too long.`,
  );
}
