import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiskChores } from '../../platform/disk-chores.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { PluginInstalls } from '../plugins/index.js';
import { EjectedFolders } from './ejected-folders.js';
import { isPristine } from './ejected-history.js';
import { EjectedPlaces, TIDY, type TidyPayload } from './ejected-places.js';

/** A build that is on no record may be about to be put there for so long, in milliseconds. */
const NEW_BUILD_MS = 24 * 3_600_000;

/**
 * Tidies up what this server has and the record does not: builds that run no more, and working copies of plugins that
 * are not ejected, or on another server, by now. A copy that was edited is kept aside, never removed unasked.
 */
@Injectable()
export class EjectedRecovery implements OnModuleInit {
  constructor(
    private readonly folders: EjectedFolders,
    private readonly installs: PluginInstalls,
    private readonly places: EjectedPlaces,
    private readonly jobs: Jobs,
    private readonly chores: DiskChores,
  ) {}

  /** What a server that was killed has left; whatever is here now is nobody's but the record's. */
  async onModuleInit(): Promise<void> {
    this.chores.define('builds of local copies', () => this.sweepBuilds());
    this.jobs.define<TidyPayload>(TIDY, async ({ subject, payload }) => {
      await this.folders.exclusively(subject, () => this.tidy(subject, payload.purge));
      return undefined;
    });
    for (const npmName of await this.folders.found()) {
      const { path, isHere } = await this.record(npmName);
      await this.folders.sweep(npmName, path === null ? [] : [path]);
      if (!isHere) await this.tidy(npmName, await isPristine(this.folders.copyOf(npmName)));
    }
  }

  /** Gives up a working copy that is not on record, or not here. */
  private async tidy(npmName: string, purge: boolean): Promise<void> {
    const { path, isHere } = await this.record(npmName);
    if (isHere) return;
    await this.folders.sweep(npmName, path === null ? [] : [path]);
    if (purge) await this.folders.remove(npmName);
    else await this.folders.setAside(npmName);
  }

  /** Builds of other servers are had when they run, and left behind when the next one does. */
  private async sweepBuilds(): Promise<void> {
    for (const npmName of await this.folders.found()) {
      const { path } = await this.record(npmName);
      await this.folders.sweep(npmName, path === null ? [] : [path], NEW_BUILD_MS);
    }
  }

  /** The build that is on record, and whether its working copy belongs here. */
  private async record(npmName: string): Promise<{ path: string | null; isHere: boolean }> {
    const plugin = await this.installs.find(npmName);
    if (plugin?.source !== 'ejected') return { path: null, isHere: false };
    const place = await this.places.of(plugin.id);
    return { path: plugin.path, isHere: place?.isHere ?? true };
  }
}
