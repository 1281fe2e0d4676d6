/** Why an archive is refused. `code` crosses process borders; the message is for a person. */
export class ArchiveRefused extends Error {
  readonly code = 'ERR_ARCHIVE_REFUSED';
}

const LINKS: Readonly<Record<string, string>> = { '1': 'hard link', '2': 'symbolic link' };
/** Files and folders. */
const KNOWN = new Set(['0', '\0', '7', '5']);
/** Of one name, by what every file system takes. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 1_024;
const MAX_DEPTH = 64;
/** No program shrinks to less than a hundredth; what unpacks to no more than the floor is left alone. */
const MAX_RATIO = 200;
const RATIO_FLOOR_BYTES = 2 ** 20;

/**
 * Checks the path and the kind of an entry before it is written.
 * @throws ArchiveRefused for a path that leads outside or that no file system takes, a link, or a special file
 */
export function checkEntry(name: string, kind: string): void {
  const shown = JSON.stringify(name.slice(0, 200));
  const link = LINKS[kind];
  if (link !== undefined) throw new ArchiveRefused(`The archive has a ${link}, ${shown}: links are refused.`);
  if (!KNOWN.has(kind)) throw new ArchiveRefused(`The archive has a special file, ${shown}.`);
  if (name === '') throw new ArchiveRefused('The archive has an entry without a name.');
  if (name.includes('\0')) throw new ArchiveRefused(`The archive has the path ${shown}, with a NUL in it.`);
  const parts = name.split(/[\\/]/);
  if (parts.includes('..') || /^[\\/]/.test(name) || parts.some((part) => /^[A-Za-z]:/.test(part)))
    throw new ArchiveRefused(`The archive has the path ${shown}, which leads out of the package.`);
  if (name.includes('\\'))
    throw new ArchiveRefused(`The archive has the path ${shown}: in an archive the separator is "/".`);
  if (parts.length > MAX_DEPTH || Buffer.byteLength(name) > MAX_PATH_BYTES || parts.some(isTooLong))
    throw new ArchiveRefused(
      `The archive has the path ${shown}, which is too long: at most ${MAX_PATH_BYTES} bytes, ${MAX_NAME_BYTES} a name and ${MAX_DEPTH} levels.`,
    );
}

function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > MAX_NAME_BYTES;
}

/** @throws ArchiveRefused for more than `maxFiles` */
export function checkCount(entries: number, maxFiles: number): void {
  if (entries > maxFiles)
    throw new ArchiveRefused(`The archive has more than ${maxFiles} entries: POLICY_MAX_FILES.`);
}

/** @throws ArchiveRefused for what only a bomb unpacks to. @param packed size of the archive, in bytes */
export function checkRatio(unpacked: number, packed: number): void {
  if (unpacked > RATIO_FLOOR_BYTES && unpacked > packed * MAX_RATIO)
    throw new ArchiveRefused(`The archive unpacks to more than ${MAX_RATIO} times its size.`);
}

/** @throws ArchiveRefused for more than the policy permits. @param unpacked bytes so far */
export function checkUnpackedSize(unpacked: number, maxMegabytes: number): void {
  if (unpacked > maxMegabytes * 2 ** 20)
    throw new ArchiveRefused(`The archive unpacks to more than ${maxMegabytes} MiB: POLICY_MAX_UNPACKED_MB.`);
}

export function cutShort(): ArchiveRefused {
  return new ArchiveRefused('The archive ends in the middle: it is cut short.');
}
