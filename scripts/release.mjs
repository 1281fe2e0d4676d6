/**
 * Copies what a server runs from out of `dist/`, so that the next build leaves a running server alone: plugins start,
 * and modules are loaded, from files that were built together. Uses nothing but Node.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const PREFIX = '.release-';
const PARTS = ['server', 'src'];
/** The release in use and the one before, which a server that is being replaced may still run from. */
const KEPT = 2;

/** Returns the folder that a server of the present build runs from: a copy beside `dist/`, or `dist/` itself where none can be written. */
export function releaseFolder(folder = root) {
  const dist = join(folder, 'dist');
  const release = join(folder, PREFIX + readFileSync(join(dist, '.sources'), 'utf8').slice(0, 12));
  try {
    if (!existsSync(release)) copyBuild(dist, release);
    pruneReleases(folder, release);
    return release;
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes(error.code)) return dist;
    throw error;
  }
}

/** Copies into a folder of another name first: a copy that was broken off must not be taken for a release. */
function copyBuild(dist, release) {
  const unfinished = `${release}.${process.pid}`;
  const filter = (path) => !/\.(map|spec\.js)$/.test(path);
  for (const part of PARTS)
    cpSync(join(dist, part), join(unfinished, part), { recursive: true, force: true, filter });
  renameSync(unfinished, release);
}

function pruneReleases(folder, current) {
  const others = readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX) && join(folder, name) !== current)
    .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of others.slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
}
