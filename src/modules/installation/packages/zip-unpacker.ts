import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { ArchiveRefused, checkRatio, checkUnpackedSize } from './archive-entry.js';
import { UnpackedEntries } from './unpacked-entries.js';

export interface ZipLimits {
  readonly maxFiles: number;
  readonly maxMegabytes: number;
}

const MADE_BY_UNIX = 3;
/** File types of POSIX, as tar names them. */
const [FILE, FOLDER] = ['0', '5'];
const KINDS: Readonly<Record<number, string>> = { 0: FILE, 0o10: FILE, 0o04: FOLDER, 0o12: '2' };
const SPECIAL = '3';

/**
 * Unpacks a zip archive by its directory, one entry after the other. Each is what both of its headers say, in name,
 * size and checksum, so that no two programs can read different things in it.
 * @param directory empty, and nobody else's
 * @throws ArchiveRefused as `UnpackedEntries`, and for what is damaged, encrypted, or a bomb
 */
export async function unpackZip(file: string, directory: string, limits: ZipLimits): Promise<void> {
  try {
    const { size } = await stat(file);
    const zip = await openPromise(file, { decodeStrings: false });
    const unpacker = new ZipUnpacker(zip, size, limits);
    await unpacker.into(new UnpackedEntries(directory, limits.maxFiles));
  } catch (error) {
    throw damage(error);
  }
}

class ZipUnpacker {
  private total = 0;

  constructor(
    private readonly zip: ZipFile,
    private readonly archiveBytes: number,
    private readonly limits: ZipLimits,
  ) {}

  async into(entries: UnpackedEntries): Promise<void> {
    for await (const entry of this.zip.eachEntry()) {
      const name = nameOf(entry);
      this.weigh(entry);
      await this.compare(entry, name);
      await entries.add({ name, kind: kindOf(entry, name) }, this.content(entry, name));
    }
    entries.end();
  }

  /** By the sizes that it says it has; that these are right is seen when it is read. */
  private weigh({ uncompressedSize }: Entry): void {
    this.total += uncompressedSize;
    checkUnpackedSize(this.total, this.limits.maxMegabytes);
    checkRatio(this.total, this.archiveBytes);
  }

  private async compare(entry: Entry, name: string): Promise<void> {
    if (entry.isEncrypted()) throw new ArchiveRefused(`The archive has an encrypted file, ${shown(name)}.`);
    const local = await this.zip.readLocalFileHeaderPromise(entry);
    if (!local.fileName.equals(entry.fileNameRaw))
      throw new ArchiveRefused(`The archive gives a file two names, one of them ${shown(name)}.`);
  }

  private async *content(entry: Entry, name: string): AsyncGenerator<Buffer> {
    let sum = 0;
    for await (const piece of await this.zip.openReadStreamPromise(entry)) {
      sum = crc32(piece as Buffer, sum);
      yield piece as Buffer;
    }
    if (sum !== entry.crc32) throw new ArchiveRefused(`The archive is damaged: ${shown(name)}.`);
  }
}

function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

function kindOf({ versionMadeBy, externalFileAttributes, uncompressedSize }: Entry, name: string): string {
  const type = versionMadeBy >> 8 === MADE_BY_UNIX ? externalFileAttributes >>> 28 : 0;
  const kind = KINDS[type] ?? SPECIAL;
  const isFolder = kind === FOLDER || (kind === FILE && name.endsWith('/'));
  if (isFolder && uncompressedSize > 0)
    throw new ArchiveRefused(`The archive has a folder with content, ${shown(name)}.`);
  return isFolder ? FOLDER : kind;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}

/** What the library finds wrong has no code; what the disk or the decompression says has one. */
function damage(error: unknown): unknown {
  if (error instanceof ArchiveRefused || (error as { code?: unknown }).code !== undefined) return error;
  return new ArchiveRefused(`The zip archive is damaged: ${(error as Error).message}`.slice(0, 300));
}
