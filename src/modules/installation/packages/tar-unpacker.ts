import { cutShort } from './archive-entry.js';
import { ByteReader } from './byte-reader.js';
import { BLOCK, checkEnd, paddingOf, TarHeaders } from './tar-headers.js';
import { UnpackedEntries } from './unpacked-entries.js';

const PIECE_BYTES = 64 * 1024;

/**
 * Unpacks a tar archive (POSIX ustar and pax, GNU long names) as it arrives.
 * @param directory empty, and nobody else's
 * @throws ArchiveRefused as `TarHeaders` and `UnpackedEntries`, and for what is cut short
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
    await unpacker.end();
  } finally {
    await reader.close();
  }
}

class Unpacker {
  private readonly headers = new TarHeaders();

  constructor(
    private readonly reader: ByteReader,
    private readonly entries: UnpackedEntries,
  ) {}

  /** @returns false at the end of the archive */
  async next(): Promise<boolean> {
    const block = await this.reader.take(BLOCK);
    if (block === null) throw cutShort();
    const header = this.headers.read(block);
    if (header === null) return false;
    const { name, kind, size } = header;
    if (name === null) this.headers.extend(header, await this.body(size));
    else await this.entries.add({ name, kind }, this.reader.pieces(size));
    await this.body(paddingOf(size));
    return true;
  }

  async end(): Promise<void> {
    this.entries.end();
    for (let rest = await this.reader.take(PIECE_BYTES); rest; rest = await this.reader.take(PIECE_BYTES))
      checkEnd(rest);
  }

  /** Fewer bytes where the archive is cut short, which the next header tells. */
  private async body(size: number): Promise<Buffer> {
    return (await this.reader.take(size)) ?? Buffer.alloc(0);
  }
}
