import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PluginInstalls } from '../plugins/index.js';
import { EjectedBuilds } from './ejected-builds.js';
import { EjectedFolders } from './ejected-folders.js';
import { isPristine } from './ejected-history.js';

/**
 * Tidies up at start what a server that was killed has left: builds that are on no record, and working copies of
 * plugins that are not, or not any more, ejected. A copy that was edited is kept aside, never removed.
 */
@Injectable()
export class EjectedRecovery implements OnModuleInit {
  constructor(
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
    private readonly installs: PluginInstalls,
  ) {}

  async onModuleInit(): Promise<void> {
    const found = await this.folders.found();
    if (found.length === 0) return;
    const ejected = (await this.installs.all()).filter(({ source }) => source === 'ejected');
    const paths = new Map(ejected.map(({ npmName, path }) => [npmName, path]));
    for (const npmName of found) {
      const path = paths.get(npmName) ?? null;
      await this.builds.keepOnly(npmName, path === null ? [] : [path]);
      if (paths.has(npmName)) continue;
      if (await isPristine(this.folders.copyOf(npmName))) await this.folders.remove(npmName);
      else await this.folders.setAside(npmName);
    }
  }
}
