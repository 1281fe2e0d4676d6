import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { ArchiveRefused, checkEntry } from './archive-entry.js';
import { BLOCK } from './tar-headers.js';

const LONGEST_NAME = 100;
const NO_BYTES = Buffer.alloc(0);

/**
 * Packs the files of a folder as a tar archive, in the order of their names and without times, owners or modes: the same
 * files give the same bytes. A link to a file of the folder becomes that file; empty folders are left out.
 * @param accept says of a path below the folder whether it belongs to what is packed
 * @throws ArchiveRefused for what `unpackTar` would not unpack
 */
export async function* packTar(
  folder: string,
  accept: (path: string, entry: { isDirectory(): boolean; isSymbolicLink(): boolean }) => boolean,
): AsyncGenerator<Buffer> {
  const root = await realpath(folder);
  for await (const path of filesIn(root, accept, '')) {
    checkEntry(path, '0');
    const { size } = await stat(join(root, path));
    const name = Buffer.from(path);
    if (name.length > LONGEST_NAME) yield* entry(Buffer.from('././@LongLink'), 'L', name.length, [name]);
    yield* entry(name.subarray(0, LONGEST_NAME), '0', size, contentOf(join(root, path), size));
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* filesIn(
  root: string,
  accept: Parameters<typeof packTar>[1],
  place: string,
): AsyncGenerator<string> {
  const entries = await readdir(join(root, place), { withFileTypes: true });
  for (const item of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = place + item.name;
    if (!accept(path, item)) continue;
    if (item.isDirectory()) yield* filesIn(root, accept, `${path}/`);
    else if (item.isFile()) yield path;
    else if (item.isSymbolicLink()) yield await leadingToFile(root, path);
  }
}

/** @returns the path of the link. @throws ArchiveRefused where it leads to no file of the folder */
async function leadingToFile(root: string, path: string): Promise<string> {
  const target = await realpath(join(root, path)).catch(() => root);
  const way = relative(root, target);
  const isInside = !isAbsolute(way) && way.split('/')[0] !== '..';
  if (isInside && (await stat(target)).isFile()) return path;
  throw new ArchiveRefused(`The link ${JSON.stringify(path.slice(0, 200))} leads to no file of the package.`);
}

async function* entry(
  name: Buffer,
  kind: string,
  size: number,
  content: Iterable<Buffer> | AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield header(name, kind, size);
  yield* content;
  const rest = size % BLOCK;
  yield rest === 0 ? NO_BYTES : Buffer.alloc(BLOCK - rest);
}

async function* contentOf(path: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    read += piece.length;
    yield piece;
  }
  if (read !== size) throw new ArchiveRefused('A file was changed while it was packed.');
}

/** A ustar header (POSIX.1-1988) with nothing in it that differs between machines. */
function header(name: Buffer, kind: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  const octal = (value: number, at: number, width: number): void => {
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  };
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(' '.repeat(8) + kind, 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
