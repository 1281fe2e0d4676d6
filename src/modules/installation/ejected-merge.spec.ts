import fs from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import git from 'isomorphic-git';
import { beginHistory, UPSTREAM_BRANCH, versionAt } from './ejected-history.js';
import { land, plannedVersion, planLanding } from './ejected-landing.js';
import { type Merged, mergeUpstream } from './ejected-merge.js';

const LINES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const lines = (changed: Record<number, string> = {}): string =>
  LINES.map((line, at) => `${changed[at] ?? line}\n`).join('');
const release = (version: string) => ({ name: 'pkg', version, integrity: 'sha512-x' });

let folder: string;
let dir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ejected-merge-'));
  dir = join(folder, 'copy');
  for (const name of ['copy', 'old', 'new']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'old', 'a.txt'), lines());
  await writeFile(join(folder, 'new', 'a.txt'), lines({ 6: 'theirs' }));
  await beginHistory(dir, join(folder, 'old'), release('1.0.0'));
});
afterEach(() => rm(folder, { recursive: true }));

const edit = (text: string): Promise<void> => writeFile(join(dir, 'a.txt'), text);
const text = (): Promise<string> => readFile(join(dir, 'a.txt'), 'utf8');
const merge = (): Promise<Merged> => mergeUpstream(dir, join(folder, 'new'), release('2.0.0'));
async function plan(): Promise<string> {
  const { head, theirs } = await merge();
  await planLanding(dir, head, theirs);
  return head;
}
const branches = (): Promise<string[]> => git.listBranches({ fs, dir });

it('changes neither files nor branches before it lands', async () => {
  await edit(lines({ 0: 'mine' }));
  await plan();
  expect([await text(), await versionAt(dir, UPSTREAM_BRANCH)]).toEqual([lines({ 0: 'mine' }), '1.0.0']);
  await land(dir);
  expect([await text(), await versionAt(dir, UPSTREAM_BRANCH)]).toEqual([
    lines({ 0: 'mine', 6: 'theirs' }),
    '2.0.0',
  ]);
});

it('merges what is edited before it lands', async () => {
  await edit(lines({ 0: 'mine' }));
  await plan();
  await edit(lines({ 0: 'mine', 3: 'late' }));
  await land(dir);
  expect(await text()).toBe(lines({ 0: 'mine', 3: 'late', 6: 'theirs' }));
});

it('keeps late edits that clash on a branch of their own', async () => {
  await plan();
  await edit(lines({ 6: 'late' }));
  await land(dir);
  expect(await text()).toBe(lines({ 6: 'theirs' }));
  expect(await branches()).toEqual([expect.stringMatching(/^edits-/), 'main', 'upstream']);
});

it('lands once more where it was cut short, and keeps files that are neither old nor new', async () => {
  await edit(lines({ 0: 'mine' }));
  const head = await plan();
  await git.writeRef({ fs, dir, ref: 'refs/heads/main', value: head, force: true });
  await edit(lines({ 0: 'mine' }).slice(0, 8));
  expect(await plannedVersion(dir)).toBe('2.0.0');
  await land(dir);
  expect(await text()).toBe(lines({ 0: 'mine', 6: 'theirs' }));
  expect(await plannedVersion(dir)).toBeNull();
  expect(await branches()).toEqual([expect.stringMatching(/^edits-/), 'main', 'upstream']);
});

it('takes files from before the merge for no edits', async () => {
  await edit(lines({ 0: 'mine' }));
  const head = await plan();
  await git.writeRef({ fs, dir, ref: 'refs/heads/main', value: head, force: true });
  await land(dir);
  expect(await text()).toBe(lines({ 0: 'mine', 6: 'theirs' }));
  expect(await branches()).toEqual(['main', 'upstream']);
});

it('names the files that clash', async () => {
  await edit(lines({ 6: 'mine' }));
  await expect(merge()).rejects.toMatchObject({
    code: 'sync_conflict',
    problems: [{ field: 'a.txt', message: expect.stringContaining('pkg@2.0.0') }],
  });
  expect(await text()).toBe(lines({ 6: 'mine' }));
});
