import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pax, paxPath, type TarEntry, tar } from '../../../../test/support/tar.js';
import { temporaryFolder } from '../../../../test/support/temporary-folder.js';
import { scanArchive } from './archive-scan.js';
import { unpackTar } from './tar-unpacker.js';

const good: TarEntry = { path: 'package/index.js', content: 'x'.repeat(1_000) };
type Alter = NonNullable<TarEntry['alter']>;
/** Hides an entry in the body of another: a reader that takes `size` for another number finds it. */
const hidden = tar([{ path: 'package/hidden.js', content: 'evil' }]);
const withSize =
  (field: string): Alter =>
  (header) =>
    void header.write(field, 124, 'latin1');
const base256: Alter = (header) => {
  header.fill(0, 124, 136);
  header[124] = 0x80;
  header.writeUInt32BE(hidden.length, 132);
};
const isRefused = expect.objectContaining({ code: 'ERR_ARCHIVE_REFUSED' });

const HOSTILE: [string, TarEntry[], RegExp][] = [
  ['..', [{ path: 'package/../../evil.js' }], /leads out/],
  ['.. alone', [{ path: '..' }], /leads out/],
  ['.. and backslashes', [{ path: 'package\\..\\..\\evil.js' }], /leads out/],
  ['an absolute path', [{ path: '/tmp/evil.js' }], /leads out/],
  ['an absolute path of a network share', [{ path: '\\\\host\\evil.js' }], /leads out/],
  ['a drive', [{ path: 'C:\\evil.js' }], /leads out/],
  ['a drive further in', [{ path: 'package/C:evil.js' }], /leads out/],
  ['a backslash', [{ path: 'package/lib\\a.js' }], /separator is "\/"/],
  ['.. in the prefix', [{ path: 'a', alter: (header) => void header.write('package/..', 345) }], /leads out/],
  [
    '.. in the prefix of a header that names no format',
    [{ path: 'a', alter: (header) => void header.fill(0, 257, 265).write('package/..', 345) }],
    /leads out/,
  ],
  ['.. in a pax header', [paxPath('package/../../evil.js'), { path: 'package/a' }], /leads out/],
  [
    '.. in a long GNU name',
    [{ path: 'l', kind: 'L', content: '../evil\0' }, { path: 'package/a' }],
    /leads out/,
  ],
  ['a NUL in a pax header', [paxPath('package/a\0b'), { path: 'package/a' }], /NUL/],
  [
    'a NUL in a long GNU name',
    [{ path: 'l', kind: 'L', content: 'package/a\0\n../evil\0' }, { path: 'package/a' }],
    /NUL/,
  ],
  ['no name', [paxPath(''), { path: 'package/a' }], /without a name/],
  [
    'a prefix and no name',
    [{ path: '', alter: (header) => void header.write('package', 345) }],
    /without a name/,
  ],
  ['a symbolic link', [{ path: 'package/link', kind: '2', link: 'a' }], /symbolic link/],
  [
    'a symbolic link, and a file behind it',
    [{ path: 'package/link', kind: '2', link: '/tmp' }, { path: 'package/link/evil' }],
    /symbolic link/,
  ],
  ['a hard link', [{ path: 'package/link', kind: '1', link: '/etc/passwd' }], /hard link/],
  ['a character device', [{ path: 'package/device', kind: '3' }], /special file/],
  ['a block device', [{ path: 'package/device', kind: '4' }], /special file/],
  ['a pipe', [{ path: 'package/pipe', kind: '6' }], /special file/],
  ['a sparse file of GNU', [{ path: 'package/sparse', kind: 'S' }], /special file/],
  ['a sparse file of pax', [pax({ 'GNU.sparse.name': 'package/b' }), { path: 'package/a' }], /sparse/],
  ['sparse files, all of them', [pax({ 'GNU.sparse.major': '1' }, 'g'), { path: 'package/a' }], /sparse/],
  ['a long link name', [{ path: 'l', kind: 'K', content: 'x\0' }, { path: 'package/a' }], /special file/],
  ['an unknown kind', [{ path: 'package/what', kind: 'Z' }], /special file/],
  ['a folder with content', [{ path: 'package/lib', kind: '5', content: hidden }], /folder with content/],
  ['a folder with content, in the old form', [{ path: 'package/lib/', content: 'x' }], /folder with content/],
  ['a global path', [pax({ path: 'package/b' }, 'g'), { path: 'package/a' }], /one path or size for all/],
  ['a global size', [pax({ size: '9' }, 'g'), { path: 'package/a' }], /one path or size for all/],
  ['a global link', [pax({ linkpath: '/etc' }, 'g'), { path: 'package/a' }], /one path or size for all/],
  ['two sizes', [pax({ size: '0' }), { path: 'package/a', content: hidden }], /two sizes/],
  ['a pax size that is no number', [pax({ size: '1e1' }), { path: 'package/a' }], /two sizes/],
  ['a negative pax size', [pax({ size: '-512' }), { path: 'package/a' }], /two sizes/],
  [
    'two names',
    [paxPath('package/b'), { path: 'l', kind: 'L', content: 'c\0' }, { path: 'a' }],
    /two headers/,
  ],
  ['a pax header for a pax header', [paxPath('b'), paxPath('c'), { path: 'package/a' }], /two headers/],
  ['one key twice', [{ ...paxPath('b'), content: '9 path=b\n9 path=c\n' }, good], /two values/],
  ['a pax header that goes too far', [{ ...paxPath('b'), content: '80 path=b\n' }, good], /damaged pax/],
  ['a pax header without lengths', [{ ...paxPath('b'), content: 'path=b\n' }, good], /damaged pax/],
  ['a pax header of length 0', [{ ...paxPath('b'), content: '0 path=b\n' }, good], /damaged pax/],
  ['a pax header of negative length', [{ ...paxPath('b'), content: '-9 path=b\n' }, good], /damaged pax/],
  ['a pax header and no entry', [paxPath('package/b')], /without a name/],
  ['a pax header of absurd size', [pax({ comment: 'x'.repeat(70_000) }), good], /absurd size/],
  [
    'a long name of absurd size',
    [{ path: 'l', kind: 'L', content: 'x'.repeat(70_000) }, good],
    /absurd size/,
  ],
  ['a negative size', [{ ...good, alter: withSize('-7777777777\0') }], /no octal number/],
  ['a size that is text', [{ ...good, alter: withSize('0000000x000\0') }], /no octal number/],
  ['a size with another behind it', [{ ...good, alter: withSize('00000001\x00750') }], /no octal number/],
  ['a size in binary', [{ path: 'package/a', content: hidden, alter: base256 }], /no octal number/],
  [
    'a path twice',
    [
      { path: 'package/a', content: 'a' },
      { path: 'package/a', content: 'b' },
    ],
    /twice/,
  ],
  ['a long name', [paxPath(`package/${'x'.repeat(256)}`), { path: 'package/a' }], /too long/],
  ['a long path', [paxPath(`package${`/${'x'.repeat(100)}`.repeat(11)}`), { path: 'package/a' }], /too long/],
  ['a deep path', [paxPath('d/'.repeat(64) + 'a'), { path: 'package/a' }], /too long/],
  ['too many files', Array.from({ length: 10 }, (_, at) => ({ path: `package/${at}` })), /POLICY_MAX_FILES/],
];

describe('a tar archive', () => {
  let folder: { path: string; remove: () => Promise<void> };
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  const scan = (archive: Buffer): void => scanArchive(archive, 10);
  const unpack = async (archive: Buffer): Promise<string> => {
    const out = join(folder.path, 'out');
    await mkdir(out);
    await unpackTar(Readable.from([archive]), out, 10);
    return out;
  };

  it.each<[string, TarEntry[]]>([
    [
      'files and folders',
      [{ path: 'package/lib', kind: '5' }, { path: 'package/lib/a..b.js' }, { path: 'package/.x' }],
    ],
    ['a folder in the old form', [{ path: 'package/lib/', kind: '\0' }, { path: 'package/lib/a.js' }]],
    ['a long name in a pax header', [paxPath(`package/${'x'.repeat(150)}`), { path: 'package/short' }]],
    ['a long name of GNU', [{ path: 'l', kind: 'L', content: `${'x'.repeat(150)}\0` }, { path: 'short' }]],
    [
      'a pax header with the size again',
      [pax({ size: '3', mtime: '1.5' }), { path: 'package/a', content: 'abc' }],
    ],
    ['a global pax header', [pax({ comment: 'a commit' }, 'g'), { path: 'package/a' }]],
    ['a file of the kind NUL', [{ path: 'package/old', kind: '\0' }]],
    ['a size with blanks', [{ path: 'package/a', content: 'abc', alter: withSize('         3 \0') }]],
  ])('with %s is taken', async (_what, entries) => {
    const archive = tar([good, ...entries]);
    expect(() => scan(archive)).not.toThrow();
    expect(await readFile(join(await unpack(archive), good.path), 'utf8')).toBe(good.content);
  });

  it.each(HOSTILE)('with %s is refused, in memory and as it arrives', async (_what, entries, message) => {
    const archive = tar([good, ...entries]);
    expect(() => scan(archive)).toThrow(isRefused);
    expect(() => scan(archive)).toThrow(message);
    const refusal = unpack(archive);
    await expect(refusal).rejects.toEqual(isRefused);
    await expect(refusal).rejects.toThrow(message);
    expect(await readdir(folder.path)).toEqual(['out']);
    expect(await readdir(join(folder.path, 'out'), { recursive: true })).not.toContain('package/hidden.js');
  });

  it('that breaks off anywhere is refused', async () => {
    const archive = tar([good, paxPath('package/c'), { path: 'package/b', content: 'y'.repeat(2_000) }]);
    for (const length of [0, 100, 512, 1_000, 1_200, 1_536, 2_048, 2_560, 3_100, archive.length - 1_024]) {
      expect(() => scan(archive.subarray(0, length))).toThrow(isRefused);
      const out = join(folder.path, String(length));
      await mkdir(out);
      const unpacked = unpackTar(Readable.from([archive.subarray(0, length)]), out, 10);
      await expect(unpacked).rejects.toEqual(isRefused);
    }
  });

  it('with a wrong sum is refused', async () => {
    const archive = tar([good, { path: 'package/b' }]);
    archive[512 * 3 + 20] = 0x61;
    expect(() => scan(archive)).toThrow(/damaged/);
    await expect(unpack(archive)).rejects.toThrow(/damaged/);
  });

  it('with data behind its end is refused; zeros are none', async () => {
    const more = Buffer.concat([tar([good]), tar([{ path: 'package/b' }])]);
    expect(() => scan(more)).toThrow(/behind its end/);
    await expect(unpack(more)).rejects.toThrow(/behind its end/);
    expect(() => scan(Buffer.concat([tar([good]), Buffer.alloc(9_000)]))).not.toThrow();
  });

  it('with a file twice is taken by the package manager where it is the same file, and unpacked never', async () => {
    expect(() => scan(tar([good, good]))).not.toThrow();
    await expect(unpack(tar([good, good]))).rejects.toThrow(/twice/);
  });

  it.each<[string, TarEntry[], RegExp]>([
    ['names that differ in case alone', [{ path: 'package/INDEX.js' }], /one on some disks/],
    ['folders that do', [{ path: 'Package/other.js' }], /one on some disks/],
    [
      'two Unicode forms of a name',
      [{ path: 'package/\u00e9' }, { path: 'package/e\u0301' }],
      /one on some disks/,
    ],
    ['a file below a file', [{ path: 'package/index.js/x' }], /twice/],
    ['a file in the place of a folder', [{ path: 'package' }], /twice/],
    ['more folders than files are permitted', [{ path: 'a/b/c/d/e/f/g/h/i/j/k' }], /POLICY_MAX_FILES/],
  ])('with %s is not unpacked', async (_what, entries, message) => {
    await expect(unpack(tar([good, ...entries]))).rejects.toThrow(message);
  });

  it('with nothing in it is not unpacked', async () => {
    await expect(unpack(tar([]))).rejects.toThrow(/nothing in it/);
  });

  it('gives files and folders the same modes, whatever it and the umask say', async () => {
    const archive = tar([
      { ...good, mode: 0o4777 },
      { path: 'lib', kind: '5', mode: 0 },
    ]);
    const umask = process.umask(0o077);
    const out = await unpack(archive).finally(() => process.umask(umask));
    expect((await stat(join(out, good.path))).mode & 0o7777).toBe(0o644);
    expect((await stat(join(out, 'lib'))).mode & 0o7777).toBe(0o755);
  });
});
