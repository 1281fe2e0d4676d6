import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, readlink, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { type Accept, isExecutable } from './ejected-files.js';
import { eachOf } from './packages/each-of.js';

const compress = promisify(deflate);
const READ_AT_ONCE = 16;
/** Numbers of the types in a pack. */
const TYPES = { tree: 2, blob: 3 } as const;
const INDEX_HEADER = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
const FANOUT_BYTES = 256 * 4;
const OID_BYTES = 20;
const LARGEST_OFFSET = 2 ** 31 - 1;

type Type = keyof typeof TYPES;

/** A file or link as git names it. */
export interface PackedFile {
  /** Below the outermost folder, with `/`. */
  path: string;
  mode: number;
  oid: string;
}

interface PackObject {
  oid: string;
  type: Type;
  read: () => Promise<Buffer>;
}

/** A folder's tree, and every object that it takes. */
export interface FolderObjects {
  tree: string;
  files: PackedFile[];
  objects: Map<string, PackObject>;
}

/** The id that git gives to content. */
export function oidOf(type: Type, content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** Reads a folder as git would commit it, which knows no empty folders; file contents are not kept in memory. */
export async function readFolder(folder: string, accept: Accept): Promise<FolderObjects> {
  const found: Omit<FolderObjects, 'tree'> = { files: [], objects: new Map() };
  const tree = await readTree(folder, accept, '', found);
  return { tree, ...found };
}

async function readTree(
  folder: string,
  accept: Accept,
  place: string,
  found: Omit<FolderObjects, 'tree'>,
): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const accepted = entries.filter((entry) => accept(place + entry.name, entry));
  const children: { name: string; mode: number; oid: string }[] = [];
  for (const { name } of accepted.filter((entry) => entry.isDirectory())) {
    const { length } = found.files;
    const oid = await readTree(join(folder, name), accept, `${place}${name}/`, found);
    if (found.files.length > length) children.push({ name, mode: 0o40000, oid });
  }
  const files = accepted.filter((entry) => entry.isFile() || entry.isSymbolicLink());
  await eachOf(files, READ_AT_ONCE, async (entry) => {
    const path = join(folder, entry.name);
    const read = (): Promise<Buffer> => contentOf(path, entry);
    const [content, mode] = await Promise.all([read(), modeOf(path, entry)]);
    const oid = oidOf('blob', content);
    found.objects.set(oid, { oid, type: 'blob', read });
    found.files.push({ path: place + entry.name, mode, oid });
    children.push({ name: entry.name, mode, oid });
  });
  const body = treeBody(children);
  const oid = oidOf('tree', body);
  found.objects.set(oid, { oid, type: 'tree', read: () => Promise.resolve(body) });
  return oid;
}

async function contentOf(path: string, entry: Dirent): Promise<Buffer> {
  return entry.isSymbolicLink() ? Buffer.from(await readlink(path)) : readFile(path);
}

async function modeOf(path: string, entry: Dirent): Promise<number> {
  if (entry.isSymbolicLink()) return 0o120000;
  return (await isExecutable(path)) ? 0o100755 : 0o100644;
}

/** git sorts a folder as though its name ended in `/`. */
function treeBody(children: { name: string; mode: number; oid: string }[]): Buffer {
  const key = ({ name, mode }: { name: string; mode: number }): Buffer =>
    Buffer.from(mode === 0o40000 ? `${name}/` : name);
  const sorted = [...children].sort((a, b) => Buffer.compare(key(a), key(b)));
  const lines = sorted.map(({ name, mode, oid }) =>
    Buffer.concat([Buffer.from(`${mode.toString(8)} ${name}\0`), Buffer.from(oid, 'hex')]),
  );
  return Buffer.concat(lines);
}

/**
 * Writes objects into a repository as one pack with its index: a file for each would take ten times as long
 * (gitformat-pack(5)).
 * @throws Error when a file is no longer what it was when it was read
 */
export async function writePack(dir: string, objects: readonly PackObject[]): Promise<void> {
  const folder = join(dir, '.git', 'objects', 'pack');
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, 'unfinished.pack');
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const digest = createHash('sha1').update(header);
  const placed: { oid: string; offset: number; crc: number }[] = [];
  const file = await open(unfinished, 'w');
  try {
    await file.write(header);
    let offset = header.length;
    for (let at = 0; at < objects.length; at += READ_AT_ONCE) {
      const batch = objects.slice(at, at + READ_AT_ONCE);
      for (const [i, entry] of (await Promise.all(batch.map(packEntry))).entries()) {
        await file.write(entry);
        digest.update(entry);
        if (offset > LARGEST_OFFSET) throw new Error('the package is too large for a git repository');
        placed.push({ oid: batch[i]?.oid ?? '', offset, crc: crc32(entry) });
        offset += entry.length;
      }
    }
    const checksum = digest.digest();
    await file.write(checksum);
    const name = join(folder, `pack-${checksum.toString('hex')}`);
    await writeFile(`${name}.idx`, packIndex(placed, checksum));
    await rename(unfinished, `${name}.pack`);
  } finally {
    await file.close();
  }
}

async function packEntry({ oid, type, read }: PackObject): Promise<Buffer> {
  const content = await read();
  if (oidOf(type, content) !== oid) throw new Error('a file was changed while it was read');
  let size = content.length;
  const head = [(TYPES[type] << 4) | (size & 0x0f)];
  for (size = Math.floor(size / 16); size > 0; size = Math.floor(size / 128)) {
    head[head.length - 1] = (head.at(-1) ?? 0) | 0x80;
    head.push(size & 0x7f);
  }
  return Buffer.concat([Buffer.from(head), await compress(content)]);
}

function packIndex(placed: { oid: string; offset: number; crc: number }[], checksum: Buffer): Buffer {
  const sorted = [...placed].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const fanout = Array.from(
    { length: 256 },
    (_, first) => sorted.filter(({ oid }) => Number.parseInt(oid.slice(0, 2), 16) <= first).length,
  );
  const parts = [
    INDEX_HEADER,
    numbers(fanout),
    ...sorted.map(({ oid }) => Buffer.from(oid, 'hex')),
    numbers(sorted.map(({ crc }) => crc)),
    numbers(sorted.map(({ offset }) => offset)),
    checksum,
  ];
  const index = Buffer.concat(parts);
  return Buffer.concat([index, createHash('sha1').update(index).digest()]);
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4));
  return bytes;
}

/** Ids of the objects that a repository has in packs. */
export async function packedObjects(dir: string): Promise<Set<string>> {
  const folder = join(dir, '.git', 'objects', 'pack');
  const names = await readdir(folder).catch(() => []);
  const oids = new Set<string>();
  for (const name of names.filter((one) => one.endsWith('.idx'))) {
    const index = await readFile(join(folder, name));
    const first = INDEX_HEADER.length + FANOUT_BYTES;
    if (index.length < first || !index.subarray(0, INDEX_HEADER.length).equals(INDEX_HEADER)) continue;
    const end = first + index.readUInt32BE(first - 4) * OID_BYTES;
    for (let at = first; at < end; at += OID_BYTES) oids.add(index.toString('hex', at, at + OID_BYTES));
  }
  return oids;
}

/** Writes the index of a working copy whose files are those that were committed (gitformat-index(5)). */
export async function writeIndex(dir: string, files: readonly PackedFile[]): Promise<void> {
  const sorted = [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const entries = new Map<string, Buffer>();
  await eachOf(sorted, READ_AT_ONCE, async (file) => {
    entries.set(file.path, await indexEntry(dir, file));
  });
  const header = Buffer.alloc(12);
  header.write('DIRC');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(sorted.length, 8);
  const body = Buffer.concat([header, ...sorted.map(({ path }) => entries.get(path) ?? Buffer.alloc(0))]);
  await writeFile(
    join(dir, '.git', 'index'),
    Buffer.concat([body, createHash('sha1').update(body).digest()]),
  );
}

async function indexEntry(dir: string, { path, mode, oid }: PackedFile): Promise<Buffer> {
  const { ctimeMs, mtimeMs, dev, ino, uid, gid, size } = await lstat(join(dir, path));
  const time = (ms: number): number[] => [Math.floor(ms / 1_000), Math.floor((ms % 1_000) * 1e6)];
  const facts = [...time(ctimeMs), ...time(mtimeMs), dev, ino, mode, uid, gid, size];
  const name = Buffer.from(path);
  const flags = Buffer.alloc(2);
  flags.writeUInt16BE(Math.min(name.length, 0xfff));
  const entry = Buffer.concat([
    numbers(facts.map((fact) => fact % 2 ** 32)),
    Buffer.from(oid, 'hex'),
    flags,
    name,
  ]);
  // One to eight bytes of nothing, so that the next one begins at a multiple of eight.
  return Buffer.concat([entry, Buffer.alloc(8 - (entry.length % 8))]);
}
