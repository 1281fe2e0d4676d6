import { describe, expect, it } from '@jest/globals';
import { type TarEntry, paxPath, tar } from '../../../../test/support/tar.js';
import { scanArchive } from './archive-scan.js';

describe('scanning an archive', () => {
  const good: TarEntry = { path: 'package/index.js', content: 'x'.repeat(1_000) };
  const scan = (entries: TarEntry[]): void => scanArchive(tar([good, ...entries]), 10);

  it.each<[string, TarEntry[]]>([
    [
      'files and folders',
      [{ path: 'package/lib', kind: '5' }, { path: 'package/lib/a..b.js' }, { path: 'package/.x' }],
    ],
    ['a long name in a pax header', [paxPath(`package/${'x'.repeat(150)}`), { path: 'package/short' }]],
    ['a global pax header', [{ path: 'g', kind: 'g', content: '52 comment=0\n' }, { path: 'package/a' }]],
    ['a file of the kind NUL', [{ path: 'package/old', kind: '\0' }]],
  ])('takes %s', (_what, entries) => expect(() => scan(entries)).not.toThrow());

  it.each<[string, TarEntry[]]>([
    ['..', [{ path: 'package/../../evil.js' }]],
    ['.. alone', [{ path: '..' }]],
    ['.. and backslashes', [{ path: 'package\\..\\..\\evil.js' }]],
    ['an absolute path', [{ path: '/tmp/evil.js' }]],
    ['an absolute path of a network share', [{ path: '\\\\host\\evil.js' }]],
    ['a drive', [{ path: 'C:\\evil.js' }]],
    ['a drive further in', [{ path: 'package/C:evil.js' }]],
    ['.. in a pax header', [paxPath('package/../../evil.js'), { path: 'package/a' }]],
    ['.. in a long GNU name', [{ path: 'l', kind: 'L', content: '../evil\0' }, { path: 'package/a' }]],
    ['a symbolic link', [{ path: 'package/link', kind: '2', link: 'a' }]],
    ['a hard link', [{ path: 'package/link', kind: '1', link: 'a' }]],
    ['a character device', [{ path: 'package/device', kind: '3' }]],
    ['a block device', [{ path: 'package/device', kind: '4' }]],
    ['a pipe', [{ path: 'package/pipe', kind: '6' }]],
    ['an unknown kind', [{ path: 'package/what', kind: 'Z' }]],
    ['too many files', Array.from({ length: 10 }, (_, at) => ({ path: `package/${at}` }))],
  ])('refuses %s', (_what, entries) => {
    expect(() => scan(entries)).toThrow(expect.objectContaining({ code: 'ERR_ARCHIVE_REFUSED' }));
  });

  it('refuses a size that is no number', () => {
    const archive = tar([good]);
    archive.write('-7777777777\0', 124, 'latin1');
    expect(() => scanArchive(archive, 10)).toThrow(/size/);
  });

  it('comes to an end with an archive that breaks off', () => {
    const archive = tar([good, { path: 'package/b', content: 'y'.repeat(2_000) }]);
    for (const length of [0, 100, 512, 1_000, 2_100]) scanArchive(archive.subarray(0, length), 10);
  });
});
