import { randomUUID } from 'node:crypto';
import { access, chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { KeyedMutex } from '../../platform/keyed-mutex.js';
import { RECORD } from './ejected-files.js';
import { linkDependencies } from './ejected-links.js';
import { INSTALLATION_OPTIONS, type InstallationOptions } from './installation.options.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { pathOf } from './package-code.js';
import { PackageTools } from './package-tools.js';
import { packageFolder } from './packages/package-name.js';

/**
 * Where local copies lie: the working copies people edit, and beside them the builds that run, made from a working
 * copy at one moment. No package is called `.builds` or `.aside`: npm names do not begin with a dot.
 */
@Injectable()
export class EjectedFolders implements OnModuleInit {
  readonly builds: string;
  private readonly locks = new KeyedMutex();
  private readonly root: string;
  private readonly aside: string;
  private readonly unfinished: string;

  constructor(
    @Inject(INSTALLATION_OPTIONS) { dataDir }: InstallationOptions,
    private readonly tools: PackageTools,
  ) {
    this.root = join(dataDir, 'ejected');
    this.builds = join(this.root, '.builds');
    this.aside = join(this.root, '.aside');
    this.unfinished = join(this.root, '.unfinished');
  }

  /** What a server that was killed has left. */
  onModuleInit(): Promise<void> {
    return rm(this.unfinished, { recursive: true, force: true });
  }

  /** Names of the packages that have builds here, or a working copy with our record in it. */
  async found(): Promise<string[]> {
    const built = await readdir(this.builds).catch(() => []);
    const names = await readdir(this.root).catch(() => []);
    const ours = await Promise.all(names.map((name) => exists(join(this.root, name, RECORD))));
    const copies = names.filter((_, at) => ours[at]);
    return [...new Set([...built, ...copies])].map((name) => name.replace('+', '/'));
  }

  /** One change of a package's local copy at a time; the data folder belongs to this server alone. */
  exclusively<T>(npmName: string, work: () => Promise<T>): Promise<T> {
    return this.locks.run(npmName, work);
  }

  /** Absolute path of a package's working copy. */
  copyOf(npmName: string): string {
    return join(this.root, packageFolder(npmName));
  }

  /** An empty folder to make a working copy in. */
  async newCopy(): Promise<string> {
    const path = join(this.unfinished, randomUUID());
    await mkdir(path, { recursive: true, mode: 0o755 });
    return path;
  }

  /** Puts a new working copy in its place; one that is left there from before is kept aside. */
  async place(from: string, npmName: string): Promise<string> {
    await this.setAside(npmName);
    const path = this.copyOf(npmName);
    await rename(from, path);
    return path;
  }

  /** @returns where the working copy is kept now; null where there was none */
  async setAside(npmName: string): Promise<string | null> {
    const path = this.copyOf(npmName);
    if (!(await exists(path))) return null;
    await mkdir(this.aside, { recursive: true });
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    const kept = join(this.aside, `${packageFolder(npmName)}-${stamp}-${randomUUID().slice(0, 8)}`);
    await rename(path, kept);
    return kept;
  }

  async remove(npmName: string): Promise<void> {
    await rm(this.copyOf(npmName), { recursive: true, force: true });
  }

  /** Path of a new build, relative to `builds`; nothing is there yet. */
  async newBuild(npmName: string): Promise<string> {
    const path = join(packageFolder(npmName), randomUUID());
    for (const folder of [this.root, this.builds, join(this.builds, dirname(path))]) {
      await mkdir(folder, { recursive: true, mode: 0o755 });
      // Guests of other users pass through.
      await chmod(folder, 0o755);
    }
    return path;
  }

  /**
   * Removes a package's builds but those named, relative to `builds`.
   * @param olderThanMs leaves newer ones alone, in milliseconds
   */
  async sweep(npmName: string, keep: readonly string[], olderThanMs = 0): Promise<void> {
    const folder = packageFolder(npmName);
    const names = await readdir(join(this.builds, folder)).catch(() => []);
    for (const name of names) {
      const path = join(this.builds, folder, name);
      if (keep.includes(join(folder, name)) || !(await isOlder(path, olderThanMs))) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Lets code in `folder` find the dependencies that were installed with a version. */
  linkDependencies(folder: string, row: InstalledVersionEntity): Promise<void> {
    const { npmName, directory } = row;
    const below = (path: string): string => join(this.tools.folder, path);
    return linkDependencies(folder, { npmName, directory: below(directory), packageDir: below(pathOf(row)) });
  }
}

async function isOlder(path: string, ms: number): Promise<boolean> {
  return ms === 0 || Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0) > ms;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
