import { readFile, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Unprocessable } from '../../../platform/http/errors.js';
import { eachOf } from './each-of.js';
import { type SkippedScript, skippedScripts } from './install-scripts.js';
import type { LockedPackage } from './lockfile.js';

const MOST_MANIFEST_BYTES = 4 * 2 ** 20;
const CONCURRENCY = 16;

/**
 * Goes through the packages that lie in a built directory. Each must be what its place says and what the closure
 * names: a package that calls itself by another name, or one that nobody asked for, is refused. What the
 * package manager leaves for itself (shims with absolute paths, its own state) is taken away, so that the same
 * lockfile gives the same tree everywhere.
 * @returns install scripts that were not run
 * @throws Unprocessable `package_refused`
 */
export async function checkBuiltPackages(
  directory: string,
  closure: readonly LockedPackage[],
): Promise<SkippedScript[]> {
  const modules = join(directory, 'node_modules');
  const known = new Set(closure.map(({ name, version }) => `${name}@${version}`));
  const places = await packagePlaces(join(modules, '.pnpm'));
  const scripts: SkippedScript[] = [];
  await eachOf(places, CONCURRENCY, async ({ name, path }) => {
    scripts.push(...(await checkPackage(name, path, known)));
    await tidy(path);
  });
  for (const left of ['.bin', '.modules.yaml', '.pnpm-workspace-state-v1.json', '.pnpm/node_modules/.bin'])
    await rm(join(modules, left), { recursive: true, force: true });
  return scripts.sort((a, b) => `${a.package} ${a.script}`.localeCompare(`${b.package} ${b.script}`));
}

interface Place {
  /** What the folder is called, with its scope. */
  readonly name: string;
  readonly path: string;
}

/** Real package folders below `.pnpm/<one>/node_modules`; links lead to others of them. */
async function packagePlaces(store: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const one of await readdir(store, { withFileTypes: true })) {
    if (!one.isDirectory() || one.name === 'node_modules') continue;
    const modules = join(store, one.name, 'node_modules');
    await rm(join(modules, '.bin'), { recursive: true, force: true });
    for (const name of await realFolders(modules)) {
      if (!name.startsWith('@')) places.push({ name, path: join(modules, name) });
      else
        for (const inner of await realFolders(join(modules, name)))
          places.push({ name: `${name}/${inner}`, path: join(modules, name, inner) });
    }
  }
  return places;
}

async function realFolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function checkPackage(
  name: string,
  path: string,
  known: ReadonlySet<string>,
): Promise<SkippedScript[]> {
  const manifest = await readManifest(join(path, 'package.json'), name);
  const own = `${String(manifest['name'])}@${String(manifest['version'])
    .replace(/^[v=\s]+/, '')
    .replace(/\+.*$/, '')}`;
  const isKnown = [...known].some((one) => one.replace(/\+.*$/, '') === own);
  if (manifest['name'] !== name || !isKnown)
    throw new Unprocessable(
      'package_refused',
      `The archive of "${name}" calls itself "${own.slice(0, 300)}": it is not the package it was published as.`,
      'name',
    );
  const gyp = (await stat(join(path, 'binding.gyp')).catch(() => null)) !== null;
  return skippedScripts(own, manifest, gyp);
}

async function readManifest(file: string, name: string): Promise<Record<string, unknown>> {
  try {
    if ((await stat(file)).size > MOST_MANIFEST_BYTES) throw new Error('too large');
    const manifest: unknown = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
    if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
      throw new Error('no object');
    return manifest as Record<string, unknown>;
  } catch (cause) {
    throw new Unprocessable('package_refused', `The package.json of "${name}" cannot be read.`, 'name', [], {
      cause,
    });
  }
}

/** Takes away a package's folder of shims, and the folder around it when nothing else is in there. */
async function tidy(path: string): Promise<void> {
  const modules = join(path, 'node_modules');
  await rm(join(modules, '.bin'), { recursive: true, force: true });
  await rmdir(modules).catch(() => undefined);
}
