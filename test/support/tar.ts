import { gzipSync } from 'node:zlib';

/** One entry of an archive, hostile ones too: nothing is checked. */
export interface TarEntry {
  path: string;
  content?: string | Buffer;
  /** '0' file (default), '1' hard link, '2' symbolic link, '3' device, '5' folder, 'x' pax, 'L' GNU long name. */
  kind?: string;
  link?: string;
  mode?: number;
  /** Changes the header before its sum is taken. */
  alter?: (header: Buffer) => void;
}

const BLOCK = 512;

/** A gzipped ustar archive of the entries, as they are. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  return gzipSync(tar(entries));
}

export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(BLOCK * 2)]);
}

/** A pax header that gives the entry after it the path. */
export function paxPath(path: string): TarEntry {
  return pax({ path });
}

/** A pax header about the entry after it, or, of the kind `g`, about all. */
export function pax(records: Record<string, string>, kind = 'x'): TarEntry {
  const texts = Object.entries(records).map(([key, value]) => {
    const record = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(record) + 1;
    while (String(length).length + Buffer.byteLength(record) !== length) length += 1;
    return `${length}${record}`;
  });
  return { path: 'package/pax', kind, content: texts.join('') };
}

function blocks({ path, content = '', kind = '0', link = '', mode = 0o644, alter }: TarEntry): Buffer[] {
  const body = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  const octal = (value: number, at: number, width: number): void => {
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, width, 'latin1');
  };
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(body.length, 124, 12);
  octal(0, 136, 12);
  header.write(' '.repeat(8), 148);
  header.write(kind, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  alter?.(header);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1');
  return [header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
}
