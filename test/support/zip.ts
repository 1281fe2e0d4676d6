import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive, hostile ones too: nothing is checked. */
export interface ZipEntry {
  path: string;
  content?: string | Buffer;
  /** Mode of POSIX with its file type, as archives made on Unix have it; 0 for none. */
  mode?: number;
  /** Bits of the general flag: 1 says that it is encrypted. */
  flags?: number;
  stored?: boolean;
  /** What the local header calls it, where that is another name. */
  localPath?: string;
  /** The size that it says it has. */
  claimedSize?: number;
  crc?: number;
}

const UTF8 = 0x800;
const MADE_BY_UNIX = 0x0314;

/** A zip archive of the entries, as they are. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { path, content = '', mode = 0o100644, localPath = path } = entry;
    const data = entry.stored ? Buffer.from(content) : deflateRawSync(content);
    const fields = common(entry, data.length);
    const local = Buffer.concat([signed(0x04034b50), fields(localPath), Buffer.from(localPath), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(signed(0x02014b50), short(MADE_BY_UNIX), fields(path), rest, Buffer.from(path));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, signed(0x06054b50), end]);
}

/** What both headers of an entry say, from the version needed to the length of the extra field. */
function common(entry: ZipEntry, packedSize: number): (path: string) => Buffer {
  const { content = '', flags = 0, stored = false } = entry;
  const size = entry.claimedSize ?? Buffer.byteLength(content);
  return (path) => {
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(UTF8 | flags, 2);
    header.writeUInt16LE(stored ? 0 : 8, 4);
    header.writeUInt32LE(entry.crc ?? crc32(content), 10);
    header.writeUInt32LE(packedSize, 14);
    header.writeUInt32LE(size, 18);
    header.writeUInt16LE(Buffer.byteLength(path), 22);
    return header;
  };
}

function signed(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
