import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { ArtifactStore } from './artifacts/artifact-store.js';
import { LOG } from './tokens.js';

const EVERY_MS = 3_600_000;

/** Clears this server's own disk of what has outlived its use, once an hour; every server has a disk of its own. */
@Injectable()
export class DiskChores implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly chores = new Map<string, () => Promise<void>>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    artifacts: ArtifactStore,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.define('downloads', () => artifacts.prune());
  }

  /** For modules, at start. A chore that fails is tried again an hour later. */
  define(name: string, chore: () => Promise<void>): void {
    this.chores.set(name, chore);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.doAll(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async doAll(): Promise<void> {
    for (const [name, chore] of this.chores)
      await chore().catch((error: unknown) => this.log.warn({ err: error, chore: name }, 'a chore failed'));
  }
}
