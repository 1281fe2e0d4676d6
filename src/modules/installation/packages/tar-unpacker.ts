import {
  ArchiveRefused,
  BLOCK,
  entryKind,
  entrySize,
  fieldText,
  isHeader,
  paxPath,
  ustarName,
} from './archive-scan.js';
import { ByteReader } from './byte-reader.js';
import { cutShort, UnpackedEntries } from './unpacked-entries.js';

/** Long names and pax headers are read into memory; none that is honest is larger. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Unpacks a tar archive (POSIX ustar and pax, GNU long names) as it arrives.
 * @param directory empty, and nobody else's
 * @throws ArchiveRefused as `UnpackedEntries`, and for what is no tar archive or is cut short
 */
export async function unpackTar(
  tar: AsyncIterable<Buffer>,
  directory: string,
  maxFiles: number,
): Promise<void> {
  const reader = new ByteReader(tar);
  const unpacker = new Unpacker(reader, new UnpackedEntries(directory, maxFiles));
  try {
    while (await unpacker.next());
  } finally {
    await reader.close();
  }
}

class Unpacker {
  private longName: string | null = null;

  constructor(
    private readonly reader: ByteReader,
    private readonly entries: UnpackedEntries,
  ) {}

  /** @returns false at the end of the archive */
  async next(): Promise<boolean> {
    const header = await this.reader.take(BLOCK);
    if (header === null || header[0] === 0) {
      this.entries.end();
      return false;
    }
    if (!isHeader(header)) throw new ArchiveRefused('The file is no tar archive, or a damaged one.');
    const kind = entryKind(header);
    const size = entrySize(header);
    if (kind === 'L') this.longName = fieldText(await this.small(size));
    else if (kind === 'x') this.longName = paxPath(await this.small(size)) ?? this.longName;
    else if (kind === 'g' || kind === 'K') await this.small(size);
    else {
      const name = this.longName ?? ustarName(header);
      this.longName = null;
      await this.entries.add({ name, kind, size }, this.reader.pieces(size));
    }
    await this.whole(padding(size));
    return true;
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
