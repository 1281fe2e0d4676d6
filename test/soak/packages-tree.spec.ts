import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, link, mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EarlyReading,
  RECORD,
  changedSince,
  recordTree,
} from '../../src/modules/installation/packages/tree-digest.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('the digest of a built directory', () => {
  let folder: string;
  let digest: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    const made = await temporaryFolder();
    ({ remove } = made);
    folder = join(made.path, 'tree');
    await mkdir(join(folder, 'lib'), { recursive: true });
    await writeFile(join(folder, 'index.js'), 'one');
    await writeFile(join(folder, 'lib/a.js'), 'two');
    await symlink('lib/a.js', join(folder, 'link.js'));
    ({ digest } = await recordTree(folder));
  });
  afterEach(() => remove());

  it('finds nothing where nothing changed, moved or not, and with other times', async () => {
    expect(await changedSince(folder, digest)).toBeNull();
    await utimes(join(folder, 'index.js'), new Date(0), new Date(0));
    await link(join(folder, 'index.js'), `${folder}-store`);
    await rename(folder, `${folder}-moved`);
    expect(await changedSince(`${folder}-moved`, digest)).toBeNull();
    expect(await changedSince(`${folder}-moved`, digest, { full: true })).toBeNull();
  });

  it('finds content changed to the same size with its time set back', async () => {
    const file = join(folder, 'lib/a.js');
    const { atime, mtime } = await stat(file);
    await writeFile(file, 'TWO');
    await utimes(file, atime, mtime);
    expect(await changedSince(folder, digest)).toEqual(['lib/a.js']);
  });

  it('is the same when parts of it were read before it was complete', async () => {
    const early = new EarlyReading(folder);
    early.add(join(folder, 'lib'));
    early.add(join(folder, 'no-such-folder'));
    early.add(join(folder, '..'));
    await eventually(() => expect(early.size).toBe(1));
    const known = await early.end();
    expect([...known.keys()]).toEqual(['lib/a.js']);
    expect((await recordTree(folder, known)).digest).toBe(digest);
  });

  it('takes nothing from an early reading of what was changed since', async () => {
    const early = new EarlyReading(folder);
    early.add(join(folder, 'lib'));
    await eventually(() => expect(early.size).toBe(1));
    await writeFile(join(folder, 'lib/a.js'), 'TWO');
    const { digest: changed } = await recordTree(folder, await early.end());
    expect(changed).not.toBe(digest);
    expect((await recordTree(folder)).digest).toBe(changed);
  });

  it.each<[string, () => Promise<unknown>, string[]]>([
    ['a new file', () => writeFile(join(folder, 'lib/new.js'), ''), ['lib/new.js']],
    ['a file that is gone', () => rm(join(folder, 'index.js')), ['index.js']],
    ['another mode', () => chmod(join(folder, 'index.js'), 0o755), ['index.js']],
    [
      'a file through a hard link',
      async () => {
        await link(join(folder, 'index.js'), `${folder}-other`);
        await writeFile(`${folder}-other`, 'changed');
      },
      ['index.js'],
    ],
    [
      'a link that leads elsewhere',
      async () => {
        await rm(join(folder, 'link.js'));
        await symlink('index.js', join(folder, 'link.js'));
      },
      ['link.js'],
    ],
    ['a link that leads out', () => symlink('../../etc/passwd', join(folder, 'out')), ['.']],
    ['a directory that is gone', () => rm(join(folder, 'lib'), { recursive: true }), ['lib/a.js']],
  ])('finds %s', async (_what, change, paths) => {
    await change();
    expect(await changedSince(folder, digest)).toEqual(paths);
  });

  it('is not misled by a record that was changed too, or is gone', async () => {
    await writeFile(join(folder, 'index.js'), 'evil');
    const { digest: forged } = await recordTree(folder);
    expect(forged).not.toBe(digest);
    expect(await changedSince(folder, digest)).toEqual(['.']);
    await rm(join(folder, RECORD));
    expect(await changedSince(folder, digest)).toEqual(['.']);
    await writeFile(join(folder, 'index.js'), 'one');
    expect(await changedSince(folder, digest)).toBeNull();
  });
});
