import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_POLICY } from '../../../../test/support/package-world.js';
import { type TarEntry, tar, tarball } from '../../../../test/support/tar.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { zip } from '../../../../test/support/zip.js';
import { unpackArtifact } from './artifact-unpacker.js';
import type { BuiltPackage } from './package-builder.js';

const MANIFEST = { path: 'package/package.json', content: '{"name":"x","version":"1.0.0"}' };
const INDEX = { path: 'package/index.js', content: 'export default 1;' };
const refused = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('an artifact', () => {
  let folder: { path: string; remove: () => Promise<void> };
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  const unpack = async (bytes: Buffer | string, name = 'artifact', policy = {}): Promise<BuiltPackage> => {
    const file = join(folder.path, 'file');
    await writeFile(file, bytes);
    const directory = join(folder.path, 'out');
    const task = { name: 'x', file, url: `https://files.example/${name}`, directory };
    return unpackArtifact(task, { ...NO_POLICY, POLICY_MAX_UNPACKED_MB: 8, ...policy });
  };

  it.each<[string, (entries: TarEntry[]) => Buffer]>([
    ['tar', tar],
    ['tar.gz', tarball],
    ['zip', zip],
  ])('is known by its content, whatever its name says: %s', async (_format, pack) => {
    for (const name of ['a.zip', 'b.tgz', 'c.js', 'd']) {
      const { packageDir } = await unpack(pack([MANIFEST, INDEX]), name);
      expect(packageDir).toBe('package');
      expect(await readFile(join(folder.path, 'out/package/index.js'), 'utf8')).toBe(INDEX.content);
      await folder.remove();
      folder = await temporaryFolder();
    }
  });

  it.each<[string, (entries: TarEntry[]) => Buffer]>([
    ['tar', tar],
    ['tar.gz', tarball],
    ['zip', zip],
  ])('that is hostile is refused in each form, and leaves nothing: %s', async (_format, pack) => {
    const many = Array.from({ length: 3 }, (_, at) => ({ path: `${at}` }));
    for (const [entries, message, policy = {}] of [
      [[MANIFEST, { path: 'package/../../evil.js' }], /leads out/],
      [[MANIFEST, { path: 'package/Package.json' }], /one on some disks/],
      [many, /POLICY_MAX_FILES/, { POLICY_MAX_FILES: 2 }],
      [
        [{ path: 'a', content: randomBytes(2 ** 20 + 1) }],
        /POLICY_MAX_UNPACKED_MB/,
        { POLICY_MAX_UNPACKED_MB: 1 },
      ],
    ] as [TarEntry[], RegExp, object?][]) {
      await expect(unpack(pack(entries), 'a', policy)).rejects.toEqual(refused('package_refused', message));
      expect(await readdir(folder.path)).toEqual(['file']);
    }
  });

  it.each<[string, Buffer]>([
    ['xz', Buffer.from('fd377a585a000004e6d6b446', 'hex')],
    ['zstd', Buffer.from('28b52ffd0458290000', 'hex')],
    ['bzip2', Buffer.from('425a6839314159265359cc', 'hex')],
    ['lz4', Buffer.from('04224d186440a7', 'hex')],
    ['lzip', Buffer.from('4c5a4950010c', 'hex')],
    ['7-Zip', Buffer.from('377abcaf271c0004', 'hex')],
    ['RAR', Buffer.from('526172211a070100', 'hex')],
    ['compress', Buffer.from('1f9d90', 'hex')],
  ])('packed with %s is refused with what is accepted', async (format, bytes) => {
    for (const name of ['a.tgz', 'a.js'])
      await expect(unpack(bytes, name)).rejects.toEqual(
        refused('unsupported_artifact', new RegExp(`packed with ${format}: .*\\.tar\\.gz.*\\.zip`)),
      );
  });

  it('of no known form is refused with what is accepted', async () => {
    const packed = brotliCompressSync(tar([MANIFEST, INDEX]));
    await expect(unpack(packed, 'a.tar.br')).rejects.toEqual(
      refused('unsupported_artifact', /\.js.*WebAssembly.*\.tar\.gz.*\.zip/),
    );
  });

  it('that is compressed and no tar archive, broken off or damaged is refused', async () => {
    const whole = tarball([MANIFEST, { path: 'package/data', content: randomBytes(5_000) }]);
    const damaged = Buffer.from(whole).fill(0, 200, 300);
    for (const [bytes, message] of [
      [gzipSync('<html>'.repeat(200)), /no tar archive/],
      [gzipSync(whole), /no tar archive/],
      [whole.subarray(0, -100), /cannot be decompressed/],
      [damaged, /cannot be decompressed|no tar archive/],
      [gzipSync(tar([MANIFEST, INDEX]).subarray(0, -1_024)), /cut short/],
    ] as [Buffer, RegExp][])
      await expect(unpack(bytes)).rejects.toEqual(refused('package_refused', message));
  });

  it('may be of several gzip members, of which all count; what lies behind them is refused', async () => {
    const archive = tar([MANIFEST, INDEX]);
    const members = [archive.subarray(0, 700), archive.subarray(700)].map((part) => gzipSync(part));
    expect((await unpack(Buffer.concat(members))).files).toBe(2);
    await folder.remove();
    folder = await temporaryFolder();
    const hidden = Buffer.concat([tarball([MANIFEST]), tarball([INDEX])]);
    await expect(unpack(hidden)).rejects.toEqual(refused('package_refused', /behind its end/));
    const mixed = Buffer.concat([tarball([MANIFEST]), Buffer.alloc(1), zip([INDEX])]);
    await expect(unpack(mixed)).rejects.toEqual(refused('package_refused', /behind its end/));
  });

  it('may be padded with zeros', async () => {
    const padded = Buffer.concat([tarball([MANIFEST, INDEX]), Buffer.alloc(9_000)]);
    expect((await unpack(padded)).files).toBe(2);
  });

  it.each<[string, () => Buffer, RegExp]>([
    ['its ratio', () => tarball([{ path: 'a', content: Buffer.alloc(2 * 2 ** 20) }]), /200 times/],
    [
      'what it hides behind its end',
      () => gzipSync(Buffer.concat([tar([MANIFEST]), Buffer.alloc(9 * 2 ** 20)])),
      /200 times/,
    ],
  ])('that is a bomb by %s is refused', async (_what, bomb, message) => {
    await expect(unpack(bomb())).rejects.toEqual(refused('package_refused', message));
  });

  it.each<[string, (entries: TarEntry[]) => Buffer]>([
    ['tar.gz', tarball],
    ['zip', zip],
  ])('has one folder although a desktop system left something beside it: %s', async (_format, pack) => {
    const beside = ['__MACOSX/package/._index.js', '._package', '.DS_Store', 'Thumbs.db', 'desktop.ini'];
    const entries = [MANIFEST, INDEX, ...beside.map((path) => ({ path, content: 'x' }))];
    expect((await unpack(pack(entries))).packageDir).toBe('package');
  });

  it('has no one folder where another file lies beside it', async () => {
    expect((await unpack(tarball([MANIFEST, INDEX, { path: 'README.md' }]))).packageDir).toBe('');
  });
});
