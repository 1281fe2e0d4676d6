import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JobTask } from '../../platform/jobs/job-handlers.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { EjectedBuilds, type Rebuild } from './ejected-builds.js';
import type { SyncDto } from './ejected.dto.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedScript } from './ejected-script.js';
import { EjectedService } from './ejected.service.js';
import { EjectedUpstream } from './ejected-upstream.js';

export const SYNC = 'sync';

/** What a sync job is told. */
export interface SyncPayload extends SyncDto {
  pluginId: string;
}

/** What it leaves behind. */
export interface SyncResult {
  message: string;
  /** Last lines that the build script printed. */
  logs: string[];
}

/** Runs a plugin from its local copy as it is now; where that does not start, what ran before runs on. */
@Injectable()
export class SyncJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly copies: EjectedService,
    private readonly folders: EjectedFolders,
    private readonly builds: EjectedBuilds,
    private readonly upstream: EjectedUpstream,
    private readonly script: EjectedScript,
  ) {}

  onModuleInit(): void {
    this.jobs.define<SyncPayload>(SYNC, (task) =>
      this.folders.exclusively(task.subject, () => this.sync(task)),
    );
  }

  private async sync(task: JobTask<SyncPayload>): Promise<SyncResult> {
    const { context, payload, subject: npmName } = task;
    task.signal.throwIfAborted();
    const row = await this.copies.withCopy(payload.pluginId);
    await this.upstream.settle(row);
    const logs: string[] = [];
    const how = {
      action: 'plugin.sync',
      task,
      bundling: payload.builder === 'bundle' ? 'always' : 'if-needed',
      ...(payload.builder === 'script' && {
        prepare: async (folder: string) => void logs.push(...(await this.script.run(folder, task))),
      }),
    } satisfies Omit<Rebuild, 'row' | 'from'>;
    const merged = payload.upstream === true ? await this.upstream.merge(context, row, how) : null;
    const note =
      merged?.note ?? (await this.builds.run(context, { ...how, row, from: this.folders.copyOf(npmName) }));
    const what = merged
      ? `has ${merged.version} merged into the local edits`
      : 'runs as the local copy is now';
    return { message: `${npmName} ${what}${note}`, logs };
  }
}
