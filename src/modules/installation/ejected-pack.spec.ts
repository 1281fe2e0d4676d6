import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { beginHistory, isPristine, saveEdits } from './ejected-history.js';

const FOLDERS = 20;
const FILES_PER_FOLDER = 50;
const upstream = { name: '@acme/plugin-large', version: '1.0.0', integrity: 'sha512-x' };

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugboard-pack-'));
  const from = join(folder, 'package');
  for (let i = 0; i < FOLDERS; i++) {
    await mkdir(join(from, `folder${i}`), { recursive: true });
    for (let n = 0; n < FILES_PER_FOLDER; n++)
      await writeFile(join(from, `folder${i}`, `file${n}.js`), `export const value = ${i * 1_000 + n};\n`);
  }
  // Names that git sorts otherwise than a list of texts does, a program, a link, an empty folder, a long file.
  for (const name of ['a', 'a.b', 'a0']) await mkdir(join(from, name));
  await writeFile(join(from, 'a', 'x'), 'x');
  await writeFile(join(from, 'a0', 'x'), 'x');
  await writeFile(join(from, 'a-b'), '');
  await writeFile(join(from, 'ünï.txt'), 'y'.repeat(300_000));
  await writeFile(join(from, 'run.sh'), '#!/bin/sh\n');
  await chmod(join(from, 'run.sh'), 0o755);
  await symlink('a/x', join(from, 'link'));
  dir = join(folder, 'copy');
  await mkdir(dir);
  await beginHistory(dir, from, upstream);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'safe.directory=*', '-c', 'core.quotePath=false', '-C', dir, ...args], {
    encoding: 'utf8',
  });
const objectFiles = async (): Promise<string[]> => {
  const found = await readdir(join(dir, '.git', 'objects'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
};

it('makes a repository of a large package that git finds sound, in a few files', async () => {
  expect(git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(git('status', '--porcelain')).toBe('');
  const listed = git('ls-files').trim().split('\n');
  expect(listed).toHaveLength(FOLDERS * FILES_PER_FOLDER + 6);
  expect(listed).toEqual(expect.arrayContaining(['a/x', 'a-b', 'a0/x', 'link', 'run.sh', 'ünï.txt']));
  expect(git('ls-files', '--stage', 'run.sh', 'link').match(/^\d+/gm)).toEqual(['120000', '100755']);
  expect((await objectFiles()).length).toBeLessThan(10);
});

it('saves edits beside it, and writes nothing anew that is there', async () => {
  expect(await isPristine(dir)).toBe(true);
  const before = (await objectFiles()).length;
  await writeFile(join(dir, 'folder3', 'file3.js'), 'edited');
  expect(await isPristine(dir)).toBe(false);
  expect(await saveEdits(dir)).not.toBeNull();
  expect(git('status', '--porcelain')).toBe('');
  expect(git('show', '--name-only', '--format=')).toBe('folder3/file3.js\n');
  expect((await objectFiles()).length - before).toBeLessThan(30);
  expect(git('fsck', '--strict', '--no-dangling')).toBe('');
});
