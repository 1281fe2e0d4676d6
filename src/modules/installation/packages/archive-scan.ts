import { ArchiveRefused, checkCount, checkEntry, cutShort } from './archive-entry.js';
import { BLOCK, checkEnd, paddingOf, TarHeaders } from './tar-headers.js';

/**
 * Checks all entries of a tar archive in memory before anything of it is written.
 * @throws ArchiveRefused as `TarHeaders` and `checkEntry`, for more than `maxFiles` entries, one path with two contents,
 *   and for an archive that is cut short
 */
export function scanArchive(tar: Buffer, maxFiles: number): void {
  const headers = new TarHeaders();
  const files = new Map<string, Buffer>();
  let entries = 0;
  for (let at = 0; ;) {
    if (at >= tar.length) throw cutShort();
    const header = headers.read(tar.subarray(at, at + BLOCK));
    at += BLOCK;
    if (header === null) return checkEnd(tar.subarray(at));
    const body = tar.subarray(at, at + header.size);
    at += header.size + paddingOf(header.size);
    if (header.name === null) headers.extend(header, body);
    else {
      checkCount((entries += 1), maxFiles);
      checkEntry(header.name, header.kind);
      if (header.kind !== '5') keep(files, header.name, body);
    }
  }
}

/** The package manager takes the last one, others the first. */
function keep(files: Map<string, Buffer>, name: string, body: Buffer): void {
  if (files.get(name)?.equals(body) === false)
    throw new ArchiveRefused(`The archive has the path ${JSON.stringify(name.slice(0, 200))} twice.`);
  files.set(name, body);
}
