import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { DataFolder } from '../../data-folder/index.js';
import { codeOf } from '../../data-folder/index.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** Paths of the programs, startable by the user that Postgres runs as. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds the Postgres of the npm package for this platform. The package lists symbolic links that npm cannot
 * carry and an install script would make; scripts are off, so they are made here. Where the package is read-only
 * or out of reach for the user that Postgres runs as, a copy in the data folder serves.
 */
export async function findBinaries(folder: DataFolder): Promise<Binaries> {
  const manifest = packageManifest();
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const source = join(dirname(manifest), 'native');
  let home = await folder.reachableProgram(source, version);
  if (!(await makeLinks(home))) {
    home = await folder.copyProgram(source, version);
    await makeLinks(home);
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(home, 'bin', `initdb${suffix}`), postgres: join(home, 'bin', `postgres${suffix}`) };
}

function packageManifest(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'package.json');
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The package ${name} with the embedded Postgres is not installed (optional dependencies left out, or a ` +
        'platform without one). Run "npm ci --include=optional", or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/**
 * Makes the links that are missing; several processes may do so at once.
 * @returns false when the folder is read-only and a link is missing
 */
async function makeLinks(home: string): Promise<boolean> {
  for (const { source, target } of await listedLinks(home)) {
    const path = join(home, '..', target);
    if (await present(path)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) return false;
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  return true;
}

async function listedLinks(home: string): Promise<Link[]> {
  try {
    return JSON.parse(await readFile(join(home, 'pg-symlinks.json'), 'utf8')) as Link[];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function present(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
