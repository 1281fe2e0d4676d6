import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { bundle } from '../../src/modules/installation/ejected-bundle.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let outside: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  outside = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'src'));
  await writeFile(join(folder.path, 'src', 'index.ts'), 'export const answer: number = 42;');
});
afterEach(async () => {
  await outside.remove();
  await folder.remove();
});

it('writes what it makes into the package, not where links in its place lead', async () => {
  await writeFile(join(folder.path, 'package.json'), '{"name":"linked"}');
  await symlink(join(outside.path, 'victim.mjs'), join(folder.path, 'index.plugboard.mjs'));
  await bundle(folder.path, 'if-needed');
  expect(await readdir(outside.path)).toEqual([]);
  expect((await lstat(join(folder.path, 'index.plugboard.mjs'))).isFile()).toBe(true);
  expect(await readFile(join(folder.path, 'index.plugboard.mjs'), 'utf8')).toContain('42');
});

it('takes no package.json from elsewhere, and changes none there', async () => {
  const manifest = '{"name":"private","secret":"kept"}';
  await writeFile(join(outside.path, 'package.json'), manifest);
  await symlink(join(outside.path, 'package.json'), join(folder.path, 'package.json'));
  await expect(bundle(folder.path, 'if-needed')).rejects.toThrow(/no package\.json/);
  expect(await readFile(join(outside.path, 'package.json'), 'utf8')).toBe(manifest);
});
