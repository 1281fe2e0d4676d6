import { expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHookFile, ofPackage, ofWorkingCopy } from './ejected-files.js';

it.each([
  '.git',
  '.GIT',
  '.g\u200cit',
  '.git ',
  '.git.',
  'git~1',
  '.vscode',
  '.Cursor',
  'AGENTS.md',
  'Claude.md',
])('knows %j as something that tools obey', (name) => expect(isHookFile(name)).toBe(true));

it.each(['.envrc', '.npmrc', '.husky', '.mcp.json', 'x.code-workspace', '.aider.conf.yml', '.pnpmfile.cjs'])(
  'knows %j as something that tools obey',
  (name) => expect(isHookFile(name)).toBe(true),
);

it.each(['index.js', 'README.md', '.eslintrc.json', 'agents.js', 'git.js', 'claude.ts', '.well-known'])(
  'takes %j for what it is',
  (name) => expect(isHookFile(name)).toBe(false),
);

const folder = { isDirectory: () => true, isSymbolicLink: () => false };
const link = { isDirectory: () => false, isSymbolicLink: () => true };

async function inPackage(manifest: object, check: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'plugboard-test-'));
  try {
    await mkdir(join(path, 'node_modules'));
    await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
    await check(path);
  } finally {
    await rm(path, { recursive: true });
  }
}

it('takes dependencies nowhere, and history and our record only from below the outermost folder', () =>
  inPackage({ bundledDependencies: [] }, async (path) => {
    const [published, edited] = [await ofPackage(path), await ofWorkingCopy(path)];
    expect(published('lib/node_modules', folder)).toBe(false);
    expect(edited('node_modules', folder)).toBe(false);
    expect([edited('.git', folder), edited('.plugboard.json', folder)]).toEqual([false, false]);
    expect([edited('AGENTS.md', folder), edited('lib/.plugboard.json', folder)]).toEqual([true, true]);
  }));

it.each([['bundledDependencies'], ['bundleDependencies']])(
  'takes what a package brings along (%s)',
  (field) =>
    inPackage({ [field]: ['inner'] }, async (path) => {
      const accept = await ofPackage(path);
      const own = ['node_modules', 'node_modules/inner', 'node_modules/inner/node_modules/deep'];
      expect(own.filter((one) => accept(one, folder))).toEqual(own);
      expect(['node_modules/other', 'node_modules/@a/b'].filter((one) => accept(one, link))).toEqual([]);
      expect(['node_modules/.bin', 'node_modules/inner/.envrc'].filter((one) => accept(one, folder))).toEqual(
        [],
      );
    }),
);
