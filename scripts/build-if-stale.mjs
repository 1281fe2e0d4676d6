/**
 * Builds when the sources are not the ones of the last build. They are compared by content, because a checkout
 * or a copy changes every time stamp. Uses nothing but Node until it builds. As a program (`npm run build`) it installs
 * what is missing and builds in any case; a server that `npm start` runs is left alone by both.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const COMPILED = ['src', 'test', 'bench'];
const INPUTS = [
  ...COMPILED,
  'plugins',
  'nest-cli.json',
  'tsconfig.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/build-guest.mjs',
  'scripts/build-server.mjs',
  'scripts/build-wasm.mjs',
  'scripts/build-worker.mjs',
];
/** Below the inputs, but written by a build or by npm. */
const GENERATED = /(^|[\\/])node_modules$|^plugins[\\/][^\\/]+[\\/]build$/;

/** Whether what is in dist/ was built from the present sources. */
export function isFresh(folder = root) {
  const stamp = stampPath(folder);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources(folder);
}

export async function buildIfStale() {
  if (!isFresh()) await buildAndMark();
}

/** Builds, and notes what was built, so that the next start need not. */
export async function buildAndMark() {
  console.error('Building …');
  const digest = digestOfSources(root);
  const { build } = await import('./build.mjs');
  await build();
  removeOrphans(root);
  markFresh(root, digest);
}

/** Notes that dist/ was built from the sources with that digest. */
export function markFresh(folder, digest) {
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(stampPath(folder), digest);
}

export function digestOfSources(folder) {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of filesBelow(folder, input)) {
      const content = readFileSync(join(folder, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Removes what was compiled from files that are gone: a deleted test would be run for ever. */
export function removeOrphans(folder) {
  for (const part of COMPILED) {
    for (const file of filesBelow(folder, join('dist', part))) {
      const source = file.slice('dist/'.length).replace(/\.js(\.map)?$/, '.ts');
      if (/\.js(\.map)?$/.test(file) && !existsSync(join(folder, source))) rmSync(join(folder, file));
    }
  }
}

/** Files at or below `path`, relative to `folder`, always in the same order. */
function filesBelow(folder, path) {
  const full = join(folder, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .map((name) => join(path, name))
    .filter((child) => !GENERATED.test(child))
    .flatMap((child) => filesBelow(folder, child));
}

const stampPath = (folder) => join(folder, 'dist', '.sources');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { installIfNeeded, requireNode } = await import('./install.mjs');
  requireNode();
  await installIfNeeded();
  await buildAndMark();
}
