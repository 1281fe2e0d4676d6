import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../../config.js';
import { AppError } from '../../../platform/http/errors.js';
import type { JobTask } from '../../../platform/jobs/job-handlers.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { CONFIG, LOG } from '../../../platform/tokens.js';
import { CatalogSources } from './catalog-sources.repository.js';
import { SourceRefresh } from './source-refresh.service.js';
import { SourceRemoval } from './source-removal.js';

export const REFRESH = 'catalogue-refresh';

/** What a refresh came to. A source that failed does not make it fail: what the others say counts. */
export interface RefreshResult {
  failures: { source: string; message: string }[];
}

/** Reads every configured source, one after the other, and forgets those that are no longer configured. */
@Injectable()
export class CatalogRefreshJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly sources: CatalogSources,
    private readonly refresh: SourceRefresh,
    private readonly removal: SourceRemoval,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.jobs.define<object>(REFRESH, (task) => this.run(task));
  }

  private async run(task: JobTask<object>): Promise<RefreshResult> {
    const configured = this.config.REGISTRY_SOURCES;
    const failures: RefreshResult['failures'] = [];
    for (const [i, source] of configured.entries()) {
      const done = Math.round((100 * i) / configured.length);
      const onProgress = (entries: number): void =>
        task.progress(source.label, done, `${entries} entries of "${source.label}"`);
      onProgress(0);
      try {
        await this.refresh.refresh(source, { context: task.context, signal: task.signal, onProgress });
      } catch (error) {
        if (task.signal.aborted || !(error instanceof AppError)) throw error;
        failures.push({ source: source.label, message: error.message });
        this.log.warn({ source: source.label, cause: error.message }, 'a catalogue could not be refreshed');
        await this.sources.fail(source, error.message);
      }
    }
    await this.removal.finish(
      task.context,
      configured.map(({ label }) => label),
    );
    return { failures };
  }
}
