import { ArchiveRefused } from './archive-entry.js';

/** Archives are made of blocks of this many bytes. */
export const BLOCK = 512;
/** Long names and pax headers are read into memory; none that is honest is larger. */
const MAX_EXTENSION_BYTES = 64 * 1024;
const FOLDER = '5';
/** Octal digits with blanks before and blanks or NULs behind; POSIX.1-2017, pax, "ustar Interchange Format". */
const OCTAL = /^ *([0-7]*)[ \0]*$/;
/** What a pax header may not say of all entries, since it belongs to one. */
const OF_ONE_ENTRY = ['path', 'size', 'linkpath'];

export interface TarHeader {
  /** `0` or NUL a file, `5` a folder, `1` and `2` links …; `x`, `g` and `L` extend the entry behind them. */
  readonly kind: string;
  /** Bytes that follow the header. */
  readonly size: number;
  /** Full path of an entry; null for a header that extends one: its bytes go to `extend`. */
  readonly name: string | null;
}

/**
 * Reads the headers of a tar archive (POSIX ustar and pax, GNU long names) one after the other. What two programs could
 * read in two ways is refused, since the package manager unpacks with a reader of its own: two names or two sizes of
 * one entry, sizes that are no octal numbers, names that go on behind a NUL, anything but zeros at the end.
 */
export class TarHeaders {
  private longName: string | null = null;
  private paxSize: number | null = null;
  /** Whether the entry of the last extension is still to come. */
  private isExtended = false;

  /**
   * @param block of `BLOCK` bytes, or what is left
   * @returns null at the end of the archive: only zeros may follow
   * @throws ArchiveRefused
   */
  read(block: Buffer): TarHeader | null {
    if (block[0] === 0) {
      if (this.isExtended || !isZero(block))
        throw new ArchiveRefused('The archive has an entry without a name.');
      return null;
    }
    if (!isHeader(block)) throw new ArchiveRefused('The file is no tar archive, or a damaged one.');
    const kind = String.fromCharCode(block[156] ?? 0);
    const size = octal(block.subarray(124, 136));
    if (size === null) throw new ArchiveRefused('The archive has an entry whose size is no octal number.');
    return 'xgL'.includes(kind) ? this.extension(kind, size) : this.entry(block, kind, size);
  }

  /**
   * Takes the bytes that follow an extension.
   * @throws ArchiveRefused for a damaged one, or one that says of an entry what may not be said
   */
  extend({ kind }: TarHeader, body: Buffer): void {
    if (kind === 'L') this.longName = untilNul(body);
    else this.pax(paxRecords(body), kind === 'g');
  }

  private extension(kind: string, size: number): TarHeader {
    if (this.isExtended) throw new ArchiveRefused('The archive has two headers that extend one entry.');
    if (size > MAX_EXTENSION_BYTES) throw new ArchiveRefused('The archive has a header of absurd size.');
    this.isExtended = kind !== 'g';
    return { kind, size, name: null };
  }

  private entry(block: Buffer, kind: string, size: number): TarHeader {
    const { longName, paxSize } = this;
    [this.longName, this.paxSize, this.isExtended] = [null, null, false];
    const name = longName ?? ustarName(block);
    if (paxSize !== null && paxSize !== size)
      throw new ArchiveRefused(`The archive gives two sizes for ${JSON.stringify(name.slice(0, 200))}.`);
    // Before POSIX a folder was a file whose name ends with a slash.
    const isFolder = kind === FOLDER || (name.endsWith('/') && '0\0'.includes(kind));
    if (isFolder && size > 0)
      throw new ArchiveRefused(
        `The archive has a folder with content, ${JSON.stringify(name.slice(0, 200))}.`,
      );
    return { kind: isFolder ? FOLDER : kind, size, name };
  }

  private pax(records: ReadonlyMap<string, string>, isGlobal: boolean): void {
    for (const [key] of records)
      if (key.startsWith('GNU.sparse.')) throw new ArchiveRefused('The archive has a sparse file.');
    const path = records.get('path');
    const size = records.get('size');
    if (isGlobal && OF_ONE_ENTRY.some((key) => records.has(key)))
      throw new ArchiveRefused('The archive gives one path or size for all its entries.');
    if (path !== undefined) this.longName = path;
    if (size !== undefined) this.paxSize = /^\d{1,15}$/.test(size) ? Number(size) : NaN;
  }
}

/** How many bytes fill the last block of a body. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

const ZEROS = Buffer.alloc(64 * 1024);

/** @throws ArchiveRefused unless all is zero: what lies behind the end is read by some programs, and not by ours */
export function checkEnd(bytes: Buffer): void {
  if (!isZero(bytes)) throw new ArchiveRefused('The archive has data behind its end.');
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const piece = bytes.subarray(at, at + ZEROS.length);
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false;
  }
  return true;
}

/** Whether a block is the header of an entry: its sum is right. */
function isHeader(block: Buffer): boolean {
  if (block.length < BLOCK) return false;
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === octal(block.subarray(148, 156));
}

/** The prefix counts in whatever form the header is, since the package manager's reader has it so. */
function ustarName(header: Buffer): string {
  const prefix = fieldText(header.subarray(345, 500));
  const name = fieldText(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** @returns null for what is no octal number: GNU's form for 8 GiB and more, negative numbers, text */
function octal(field: Buffer): number | null {
  const digits = OCTAL.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? null : parseInt(digits || '0', 8);
}

/** Records of `<length> <key>=<value>\n`. */
function paxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const digits = body.subarray(at, Math.max(space, at)).toString('latin1');
    const end = at + (/^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : NaN);
    const equals = body.indexOf(0x3d, space);
    if (!(end <= body.length && equals > space && equals < end && body[end - 1] === 0x0a))
      throw new ArchiveRefused('The archive has a damaged pax header.');
    const key = body.subarray(space + 1, equals).toString('utf8');
    if (records.has(key))
      throw new ArchiveRefused(`The archive has a pax header with two values of "${key}".`);
    records.set(key, body.subarray(equals + 1, end - 1).toString('utf8'));
    at = end;
  }
  return records;
}

/** A long name, which may end with NULs and have none in it. */
function untilNul(body: Buffer): string {
  const name = fieldText(body);
  if (!isZero(body.subarray(Buffer.byteLength(name))))
    throw new ArchiveRefused(
      `The archive has the path ${JSON.stringify(name.slice(0, 200))}, with a NUL in it.`,
    );
  return name;
}

/** A text field, up to its first NUL. */
function fieldText(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}
