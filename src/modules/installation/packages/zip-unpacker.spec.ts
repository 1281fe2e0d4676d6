import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { zip, type ZipEntry } from '../../../../test/support/zip.js';
import { ArchiveRefused } from './archive-entry.js';
import { unpackZip } from './zip-unpacker.js';

describe('a zip archive', () => {
  let folder: { path: string; remove: () => Promise<void> };
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  const good: ZipEntry = { path: 'package/index.js', content: 'x'.repeat(1_000) };
  const unpack = async (archive: Buffer, maxMegabytes = 4): Promise<string> => {
    const [file, directory] = [join(folder.path, 'archive.zip'), join(folder.path, 'out')];
    await writeFile(file, archive);
    await mkdir(directory);
    await unpackZip(file, directory, { maxFiles: 10, maxMegabytes });
    return directory;
  };

  it('is unpacked: folders, stored and deflated files, all with the same mode', async () => {
    const out = await unpack(
      zip([
        { path: 'package/', mode: 0o040755 },
        { ...good, mode: 0o100755 },
        { path: 'package/ä/stored.txt', content: 'as it is', stored: true, mode: 0 },
        { path: 'package/empty', content: '' },
      ]),
    );
    expect(await readFile(join(out, 'package/index.js'), 'utf8')).toBe(good.content);
    expect(await readFile(join(out, 'package/ä/stored.txt'), 'utf8')).toBe('as it is');
    expect((await stat(join(out, 'package/index.js'))).mode & 0o777).toBe(0o644);
    expect(await readdir(join(out, 'package'))).toEqual(['empty', 'index.js', 'ä']);
  });

  it.each<[string, ZipEntry[], RegExp]>([
    ['a path that leads out', [{ path: 'package/../../evil.js' }], /leads out/],
    ['an absolute path', [{ path: '/tmp/evil.js' }], /leads out/],
    ['a drive', [{ path: 'C:/evil.js' }], /leads out/],
    ['a backslash', [{ path: 'package\\evil.js' }], /separator/],
    ['a NUL', [{ path: 'package/evil\0.js' }], /NUL/],
    ['a symbolic link', [{ path: 'package/link', content: '/etc/passwd', mode: 0o120777 }], /symbolic link/],
    ['a device', [{ path: 'package/device', mode: 0o020644 }], /special file/],
    ['a folder with content', [{ path: 'package/lib/', content: 'x' }], /folder with content/],
    ['a file twice', [good], /twice/],
    ['a file twice, written otherwise', [{ path: 'package/./index.js' }], /twice/],
    ['a file below a file', [{ path: 'package/index.js/x' }], /twice/],
    ['two names for a file', [{ path: 'package/a.js', localPath: 'package/b.js' }], /two names/],
    ['an encrypted file', [{ path: 'package/a.js', flags: 1 }], /has an encrypted file/],
    ['a wrong checksum', [{ path: 'package/a.js', content: 'a', crc: 1 }], /damaged/],
    ['less than it says', [{ path: 'package/a.js', content: 'a', claimedSize: 9 }], /damaged/],
    ['more than it says', [{ path: 'package/a.js', content: 'aaaaaaaaa', claimedSize: 1 }], /damaged/],
    [
      'another size, stored',
      [{ path: 'package/a.js', content: 'aa', claimedSize: 1, stored: true }],
      /damaged/,
    ],
    ['too many files', Array.from({ length: 10 }, (_, i) => ({ path: `${i}` })), /POLICY_MAX_FILES/],
  ])('with %s is refused', async (_what, entries, message) => {
    const refusal = unpack(zip([good, ...entries]));
    await expect(refusal).rejects.toThrow(ArchiveRefused);
    await expect(refusal).rejects.toThrow(message);
    expect((await readdir(folder.path)).sort()).toEqual(['archive.zip', 'out']);
  });

  it.each<[string, ZipEntry[], number, RegExp]>([
    [
      'all of it',
      [
        { path: 'a', content: randomBytes(3 * 2 ** 20) },
        { path: 'b', content: randomBytes(3 * 2 ** 20) },
      ],
      4,
      /4 MiB/,
    ],
    ['its ratio', [{ path: 'a', content: Buffer.alloc(3 * 2 ** 20) }], 4, /200 times/],
    ['what it hides', [{ path: 'a', content: Buffer.alloc(8 * 2 ** 20), claimedSize: 1_000 }], 4, /damaged/],
  ])('that is a bomb by %s is refused before it takes the space', async (_what, entries, most, message) => {
    await expect(unpack(zip(entries), most)).rejects.toThrow(message);
    const left = await readdir(join(folder.path, 'out'));
    const sizes = await Promise.all(
      left.map(async (name) => (await stat(join(folder.path, 'out', name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 * 2 ** 20);
  });

  it.each<[string, () => Buffer]>([
    ['nothing in it', () => zip([])],
    ['its end missing', () => zip([good]).subarray(0, -30)],
    ['its beginning missing', () => zip([{ ...good, content: 'y'.repeat(50), stored: true }]).subarray(60)],
    [
      'a directory that leads nowhere',
      () => Buffer.concat([zip([good]).subarray(0, -6), Buffer.alloc(6, 1)]),
    ],
  ])('with %s is refused', async (_what, archive) => {
    await expect(unpack(archive())).rejects.toThrow(ArchiveRefused);
  });
});
