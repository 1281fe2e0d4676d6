import { existsSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { Unprocessable } from '../../../platform/http/errors.js';
import { type SkippedScript, skippedScripts } from './install-scripts.js';
import type { LockedPackage } from './lockfile.js';

const MOST_MANIFEST_BYTES = 4 * 2 ** 20;
/** Packages looked at without a pause: a few milliseconds; with the promises of node:fs all takes four times as long. */
const STRETCH = 20;

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
  const known = new Set(closure.map(({ name, version }) => `${name}@${plain(version)}`));
  const scripts: SkippedScript[] = [];
  let seen = 0;
  for (const { name, path } of packagePlaces(join(modules, '.pnpm'))) {
    if (++seen % STRETCH === 0) await breathe();
    scripts.push(...checkPackage(name, path, known));
    tidy(path);
  }
  for (const left of ['.bin', '.modules.yaml', '.pnpm-workspace-state-v1.json', '.pnpm/node_modules/.bin'])
    rmSync(join(modules, left), { recursive: true, force: true });
  return scripts.sort((a, b) => `${a.package} ${a.script}`.localeCompare(`${b.package} ${b.script}`));
}

interface Place {
  /** What the folder is called, with its scope. */
  readonly name: string;
  readonly path: string;
}

/** Real package folders below `.pnpm/<one>/node_modules`; links lead to others of them. */
function* packagePlaces(store: string): Generator<Place> {
  for (const one of realFolders(store)) {
    if (one === 'node_modules') continue;
    const modules = join(store, one, 'node_modules');
    rmSync(join(modules, '.bin'), { recursive: true, force: true });
    for (const name of realFolders(modules)) {
      if (!name.startsWith('@')) yield { name, path: join(modules, name) };
      else
        for (const inner of realFolders(join(modules, name)))
          yield { name: `${name}/${inner}`, path: join(modules, name, inner) };
    }
  }
}

function realFolders(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function checkPackage(name: string, path: string, known: ReadonlySet<string>): SkippedScript[] {
  const manifest = readManifest(join(path, 'package.json'), name);
  const version = String(manifest['version']).replace(/^[v=\s]+/, '');
  const own = `${String(manifest['name'])}@${plain(version)}`;
  if (manifest['name'] !== name || !known.has(own))
    throw new Unprocessable(
      'package_refused',
      `The archive of "${name}" calls itself "${own.slice(0, 300)}": it is not the package it was published as.`,
      'name',
    );
  return skippedScripts(own, manifest, existsSync(join(path, 'binding.gyp')));
}

/** Without build metadata, which no registry tells apart. */
function plain(version: string): string {
  return version.replace(/\+.*$/, '');
}

function readManifest(file: string, name: string): Record<string, unknown> {
  try {
    if (statSync(file).size > MOST_MANIFEST_BYTES) throw new Error('too large');
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
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
function tidy(path: string): void {
  const modules = join(path, 'node_modules');
  rmSync(join(modules, '.bin'), { recursive: true, force: true });
  try {
    rmdirSync(modules);
  } catch {
    // It is not there, or holds what the archive bundles.
  }
}
