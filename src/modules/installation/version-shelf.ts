import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { EventBus } from '../../platform/events/event-bus.js';
import { LOG } from '../../platform/tokens.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { PackageTools } from './package-tools.js';
import { changedSince } from './packages/tree-digest.js';
import { VERSIONS } from './version-directory.js';

const UNFINISHED = 'unfinished';

/**
 * The directories of versions: each appears whole, by one rename, and goes once no record names it and nobody
 * holds it. This server alone uses the folder, so what is unfinished at its start is nobody's.
 */
@Injectable()
export class VersionShelf implements OnModuleInit {
  private readonly held = new Map<string, number>();
  /** One change of the shelf at a time. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly versions: InstalledVersionRepository,
    private readonly tools: PackageTools,
    bus: EventBus,
    @Inject(LOG) private readonly log: Logger,
  ) {
    bus.on('event', ({ type }) => {
      if (type === 'plugin.deleted') void this.sweep();
    });
  }

  async onModuleInit(): Promise<void> {
    await rm(join(this.tools.folder, UNFINISHED), { recursive: true, force: true });
    await this.sweep();
  }

  /** Where something may be built; absolute, and not there yet. */
  unfinished(): string {
    return join(this.tools.folder, UNFINISHED, `build-${randomUUID()}`);
  }

  /** Keeps a directory, on record or not, while `work` goes on. */
  async holding<T>(directory: string, work: () => Promise<T>): Promise<T> {
    this.held.set(directory, (this.held.get(directory) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const others = (this.held.get(directory) ?? 1) - 1;
      if (others > 0) this.held.set(directory, others);
      else this.held.delete(directory);
    }
  }

  /**
   * Moves what was built into its place. The same content may be there already, from an earlier run; where it
   * was changed since, it is replaced.
   * @param directory relative to the folder of packages
   */
  place(built: string, directory: string, treeDigest: string): Promise<void> {
    return this.alone(async () => {
      const to = join(this.tools.folder, directory);
      await mkdir(dirname(to), { recursive: true, mode: 0o755 });
      if (!(await isThere(to))) return rename(built, to);
      if ((await changedSince(to, treeDigest)) === null) return rm(built, { recursive: true, force: true });
      const aside = this.unfinished();
      await rename(to, aside);
      await rename(built, to);
      await rm(aside, { recursive: true, force: true });
    });
  }

  /** Removes directories that no record names and nobody holds. Never fails: what stays is swept another time. */
  sweep(): Promise<void> {
    return this.alone(async () => {
      const found = await this.directories();
      if (found.length === 0) return;
      const recorded = new Set((await this.versions.list()).map(({ directory }) => directory));
      for (const directory of found)
        if (!recorded.has(directory) && !this.held.has(directory))
          await rm(join(this.tools.folder, directory), { recursive: true, force: true });
    }).catch((error: unknown) => this.log.warn({ err: error }, 'old versions of packages were not removed'));
  }

  private async directories(): Promise<string[]> {
    const names = (path: string): Promise<string[]> => readdir(join(this.tools.folder, path)).catch(() => []);
    const packages = (await names(VERSIONS)).map((name) => join(VERSIONS, name));
    const versions = await Promise.all(
      packages.map(async (path) => (await names(path)).map((name) => join(path, name))),
    );
    return versions.flat().filter((directory) => !this.held.has(directory));
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work, work);
    this.last = next.catch(() => undefined);
    return next;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
