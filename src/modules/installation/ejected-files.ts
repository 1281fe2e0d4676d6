import type { Dirent } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, readlink, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { eachOf } from './packages/each-of.js';

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
const COPIED_AT_ONCE = 16;
/** Characters that some file systems do not tell apart from nothing. */
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;

type Kind = Pick<Dirent, 'isDirectory' | 'isSymbolicLink'>;

/** Says of an entry whether it belongs to what is copied; `path` is its place below the outermost folder. */
export type Accept = (path: string, entry: Kind) => boolean;

/** In a package: all but the dependencies that others brought, and what tools would obey. */
export async function ofPackage(folder: string): Promise<Accept> {
  const bundles = await hasBundled(folder);
  return (path, entry) => !isDependency(path, entry, bundles) && !isHookFile(basename(path));
}

/** In a working copy: all but its history, our record, and the dependencies that are not its own. */
export async function ofWorkingCopy(folder: string): Promise<Accept> {
  const bundles = await hasBundled(folder);
  return (path, entry) => !isDependency(path, entry, bundles) && path !== '.git' && path !== RECORD;
}

/** Whether a package brings dependencies of its own in its `node_modules`; links in there are not among them. */
async function hasBundled(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '');
  const named = /"bundle(?:d)?Dependencies"\s*:\s*(?:true|\[\s*")/.test(text);
  return named && (await isFolder(join(folder, 'node_modules')));
}

function isDependency(path: string, entry: Kind, bundles: boolean): boolean {
  const parts = path.split('/');
  const at = parts.indexOf('node_modules');
  if (at === -1) return false;
  if (!bundles || at > 0 || parts.includes('.bin')) return true;
  const isPackage = parts.length === (parts[1]?.startsWith('@') ? 3 : 2);
  return isPackage && entry.isSymbolicLink();
}

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
export async function copyFolder(from: string, to: string, accept: Accept, place = ''): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  await chmod(to, 0o755);
  const entries = await readdir(from, { withFileTypes: true });
  const accepted = entries.filter((entry) => accept(place + entry.name, entry));
  for (const { name } of accepted.filter((entry) => entry.isDirectory()))
    await copyFolder(join(from, name), join(to, name), accept, `${place}${name}/`);
  await eachOf(
    accepted.filter((entry) => !entry.isDirectory()),
    COPIED_AT_ONCE,
    (entry) => copyEntry(entry, join(from, entry.name), join(to, entry.name)),
  );
}

async function copyEntry(entry: Dirent, source: string, target: string): Promise<void> {
  if (entry.isSymbolicLink()) return symlink(await readlink(source), target);
  if (!entry.isFile()) return;
  const [isProgram] = await Promise.all([isExecutable(source), copyFile(source, target)]);
  await chmod(target, isProgram ? 0o755 : 0o644);
}

export async function isExecutable(path: string): Promise<boolean> {
  return ((await lstat(path)).mode & 0o100) !== 0;
}

/** Whether a folder is there itself, not a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() ?? false;
}
