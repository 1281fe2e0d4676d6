/** Why an archive is refused. `code` crosses process borders; the message is for a person. */
export class ArchiveRefused extends Error {
  readonly code = 'ERR_ARCHIVE_REFUSED';
}

/** Archives are made of blocks of this many bytes. */
export const BLOCK = 512;
const LINKS: Readonly<Record<string, string>> = { '1': 'hard link', '2': 'symbolic link' };
/** Files and folders. */
const KNOWN = new Set(['0', '\0', '7', '5']);

/**
 * Looks at the names and kinds of all entries of a tar archive (POSIX ustar and pax, GNU long names) before
 * anything of it is written.
 * @throws ArchiveRefused for a name that leads outside (`..`, absolute, a drive), a link, a device, or more than
 *   `maxFiles` entries
 */
export function scanArchive(tar: Buffer, maxFiles: number): void {
  let files = 0;
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    const kind = entryKind(header);
    const size = entrySize(header);
    const body = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (kind === 'L') longName = fieldText(body);
    else if (kind === 'x') longName = paxPath(body) ?? longName;
    else if (kind !== 'g' && kind !== 'K') {
      files += 1;
      checkEntry(longName ?? ustarName(header), kind);
      if (files > maxFiles)
        throw new ArchiveRefused(`The archive has more than ${maxFiles} entries: POLICY_MAX_FILES.`);
      longName = null;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** @throws ArchiveRefused for a name that leads outside, a link, or a special file */
export function checkEntry(name: string, kind: string): void {
  const shown = JSON.stringify(name.slice(0, 200));
  const link = LINKS[kind];
  if (link !== undefined) throw new ArchiveRefused(`The archive has a ${link}, ${shown}: links are refused.`);
  if (!KNOWN.has(kind)) throw new ArchiveRefused(`The archive has a special file, ${shown}.`);
  const parts = name.split(/[\\/]/);
  if (name.includes('\0')) throw new ArchiveRefused(`The archive has the path ${shown}, with a NUL in it.`);
  if (parts.includes('..') || /^[\\/]/.test(name) || parts.some((part) => /^[A-Za-z]:/.test(part)))
    throw new ArchiveRefused(`The archive has the path ${shown}, which leads out of the package.`);
}

/** What kind of entry a header stands for: `0` or NUL a file, `5` a folder, `x` a pax header … */
export function entryKind(header: Buffer): string {
  return String.fromCharCode(header[156] ?? 0);
}

/** Whether a block is the header of an entry: its sum is right. */
export function isHeader(block: Buffer): boolean {
  if (block.length < BLOCK) return false;
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === parseInt(fieldText(block.subarray(148, 156)).trim(), 8);
}

/** The name in a header that no longer one goes before. */
export function ustarName(header: Buffer): string {
  const prefix = fieldText(header.subarray(345, 500));
  const name = fieldText(header.subarray(0, 100));
  const isUstar = header.subarray(257, 262).toString('latin1') === 'ustar';
  return isUstar && prefix !== '' ? `${prefix}/${name}` : name;
}

/** Sizes are octal text; the large-number form of GNU has its top bit set. */
export function entrySize(header: Buffer): number {
  const field = header.subarray(124, 136);
  const size =
    (field[0] ?? 0) & 0x80 ? Number(field.readBigUInt64BE(4)) : parseInt(fieldText(field).trim() || '0', 8);
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ArchiveRefused('The archive has an entry of no size.');
  return size;
}

/** The path in a pax header: records of `<length> <key>=<value>\n`. */
export function paxPath(body: Buffer): string | null {
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(body.subarray(at, space).toString('latin1'));
    if (!Number.isInteger(length) || length <= space - at) return null;
    const record = body.subarray(space + 1, at + length - 1).toString('utf8');
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return null;
}

/** A text field, up to its first NUL. */
export function fieldText(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}
