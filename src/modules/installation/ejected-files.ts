import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What an editor, a shell, an agent or git runs or obeys without being asked when a folder is opened. */
const HOOKS = new Set([
  ...['.git', 'git~1', '.gitattributes', '.gitconfig', '.gitmodules', '.githooks', '.hg', '.husky'],
  ...['.vscode', '.idea', '.fleet', '.zed', '.vs', '.devcontainer', '.devcontainer.json', '.nova'],
  ...['.cursor', '.cursorrules', '.cursorignore', '.windsurf', '.windsurfrules', '.clinerules', '.roo'],
  ...[
    '.claude',
    '.claude.json',
    'claude.md',
    'claude.local.md',
    '.codex',
    '.gemini',
    'gemini.md',
    '.amazonq',
  ],
  ...['agent.md', 'agents.md', 'agents.override.md', '.agents', '.aider.conf.yml', '.continue', '.kiro'],
  ...['.mcp.json', 'mcp.json', '.opencode', 'opencode.json', 'copilot-instructions.md', '.github', '.junie'],
  ...['.envrc', '.direnv', '.env', '.mise.toml', 'mise.toml', '.tool-versions', '.npmrc', '.yarnrc'],
  ...['.yarnrc.yml', '.yarn', '.pnpmfile.cjs', 'pnpm-workspace.yaml', 'lefthook.yml', '.lefthook.yml'],
  ...['.pre-commit-config.yaml', '.exrc', '.vimrc', '.nvimrc', '.nvim.lua', '.lvimrc', '.dir-locals.el'],
  ...['.gdbinit', '.lldbinit', '.autoenv', '.autoenv.zsh', '.overcommit.yml'],
]);
const WORKSPACE = /\.(?:code-workspace|sublime-project|iml)$/;
/** Characters that some file systems do not tell apart from nothing. */
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;

/** Says of an entry of a folder whether it belongs to what is copied. `top` is so in the outermost folder. */
export type Accept = (name: string, top: boolean) => boolean;

/** In a package: all but its dependencies and what tools would obey. */
export const ofPackage: Accept = (name) => name !== 'node_modules' && !isHookFile(name);
/** In a working copy: all but its history, its dependencies and our record. */
export const ofWorkingCopy: Accept = (name, top) =>
  name !== 'node_modules' && !(top && (name === '.git' || name === RECORD));

/** Where a working copy says which package it was. */
export const RECORD = '.plugboard.json';

/** Whether a file or folder of that name steers an editor, an agent, a shell or git. */
export function isHookFile(name: string): boolean {
  const plain = name
    .normalize('NFKC')
    .replace(IGNORABLE, '')
    .replace(/[ .]+$/, '')
    .toLowerCase();
  return HOOKS.has(plain) || WORKSPACE.test(plain) || plain.startsWith('.aider');
}

/** Copies a folder so that everyone may read the copy; links stay as they are, special files stay behind. */
export async function copyFolder(from: string, to: string, accept: Accept, top = true): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!accept(entry.name, top)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target, accept, false);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (entry.isFile()) {
      await copyFile(source, target);
      await chmod(target, (await isExecutable(source)) ? 0o755 : 0o644);
    }
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  return ((await lstat(path)).mode & 0o100) !== 0;
}
