import { expect, it } from '@jest/globals';
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

it('takes dependencies nowhere, and history and our record only from below the outermost folder', () => {
  expect(ofPackage('node_modules', false)).toBe(false);
  expect(ofWorkingCopy('node_modules', true)).toBe(false);
  expect([ofWorkingCopy('.git', true), ofWorkingCopy('.plugboard.json', true)]).toEqual([false, false]);
  expect([ofWorkingCopy('AGENTS.md', true), ofWorkingCopy('.plugboard.json', false)]).toEqual([true, true]);
});
