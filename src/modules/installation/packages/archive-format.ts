export type ArchiveFormat = 'tar.gz' | 'tar' | 'zip';

/** What a gzip member, with deflate, begins with; RFC 1952, section 2.3.1. */
const GZIP = '1f8b08';
/** Zip archives begin with their first entry, or, where there is none, with their end. */
const ZIP = ['504b0304', '504b0506'];
/** Formats that nothing here unpacks, by what they begin with. */
const OTHERS: readonly (readonly [start: RegExp, name: string])[] = [
  [/^fd377a585a00/, 'xz'],
  [/^28b52ffd/, 'zstd'],
  [/^425a683[1-9]314159265359/, 'bzip2'],
  [/^04224d18/, 'lz4'],
  [/^4c5a495001/, 'lzip'],
  [/^1f9d/, 'compress'],
  [/^377abcaf271c/, '7-Zip'],
  [/^526172211a07/, 'RAR'],
];
export const ACCEPTED_FORMATS =
  'a tar archive (.tar), one compressed with gzip (.tar.gz, .tgz), or a zip archive (.zip)';
/** As many bytes as tell all of them apart. */
export const HEAD_BYTES = 512;

/** @param head the first `HEAD_BYTES` of a file. @returns null for what is no archive that is unpacked here */
export function archiveFormat(head: Buffer): ArchiveFormat | null {
  const start = head.toString('hex', 0, 16);
  if (start.startsWith(GZIP)) return 'tar.gz';
  if (ZIP.some((magic) => start.startsWith(magic))) return 'zip';
  return head.toString('latin1', 257, 262) === 'ustar' ? 'tar' : null;
}

/** @returns the name of the format that is known, and not unpacked here */
export function foreignFormat(head: Buffer): string | null {
  const start = head.toString('hex', 0, 16);
  return OTHERS.find(([magic]) => magic.test(start))?.[1] ?? null;
}
