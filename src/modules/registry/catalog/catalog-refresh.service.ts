import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { Transactions } from '../../../platform/database/transaction.js';
import { BadGateway } from '../../../platform/http/errors.js';
import { type RequestContext, SYSTEM } from '../../../platform/http/request.js';
import { Jobs, type OpenJob, outcomeOf } from '../../../platform/jobs/jobs.service.js';
import { FleetSchedule } from '../../../platform/schedule/fleet-schedule.js';
import { CONFIG } from '../../../platform/tokens.js';
import { REFRESH, type RefreshResult } from './catalog-refresh.job.js';
import { blankSource, CatalogSources } from './catalog-sources.repository.js';

/** All sources are read in one go: there is one refresh at a time. */
const SUBJECT = 'catalogue';

/** Has the catalogue refreshed: when someone asks, on schedule, and where the sources are others than before. */
@Injectable()
export class CatalogRefresh implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly sources: CatalogSources,
    private readonly schedule: FleetSchedule,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const { REGISTRY_REFRESH_INTERVAL, REGISTRY_SOURCES } = this.config;
    if (REGISTRY_SOURCES.length > 0)
      this.schedule.every('catalogue refresh', REGISTRY_REFRESH_INTERVAL, () => this.begin(SYSTEM));
  }

  async onApplicationBootstrap(): Promise<void> {
    if (await this.isReconfigured()) await this.begin(SYSTEM);
  }

  /** Queues a refresh, or joins the one under way. @returns the job's id */
  begin(context: RequestContext): Promise<string> {
    return this.join(context, () => true);
  }

  /**
   * A refresh that reads what the sources say from now on: joins one that waits, but none that has begun, which may
   * have read already what has changed since.
   * @returns the job's id
   */
  beginAnew(context: RequestContext): Promise<string> {
    return this.join(context, ({ state }) => state === 'queued');
  }

  private join(context: RequestContext, mayJoin: (open: OpenJob) => boolean): Promise<string> {
    return this.transactions.run(async (tx) => {
      await this.sources.lock(tx);
      const open = await this.jobs.findOpen(tx, REFRESH, SUBJECT);
      if (open && mayJoin(open)) return open.id;
      const job = { kind: REFRESH, subject: SUBJECT, payload: {}, lane: REFRESH };
      return this.jobs.enqueue(tx, context, job);
    });
  }

  /**
   * Waits for a refresh.
   * @throws BadGateway `catalogue_refresh_failed` with each source's cause; what went well is kept all the same
   */
  async finish(jobId: string): Promise<void> {
    const onceMs = this.config.REGISTRY_TIMEOUT * Math.max(1, this.config.REGISTRY_SOURCES.length);
    // Before it begins another may have to end.
    const waitMs = 2 * onceMs;
    const { failures } = outcomeOf(await this.jobs.wait(jobId, waitMs)) as RefreshResult;
    if (failures.length === 0) return;
    const all = this.config.REGISTRY_SOURCES.length;
    const causes = failures.map(({ source, message }) => `${source}: ${message}`).join(' ');
    throw new BadGateway(
      'catalogue_refresh_failed',
      `${failures.length} of ${all} catalogue sources could not be read; what they said before is kept. ${causes}`,
      '',
      failures.map(({ source, message }) => ({ field: source, message })),
    );
  }

  /** Whether there are sources that were never read as they are configured now, or that are not configured any more. */
  private async isReconfigured(): Promise<boolean> {
    const known = new Map((await this.sources.all()).map((row) => [row.id, row]));
    const wanted = this.config.REGISTRY_SOURCES.map(blankSource);
    return (
      known.size > wanted.length ||
      wanted.some(({ id, kind, location, priority }) => {
        const row = known.get(id);
        return row?.kind !== kind || row.location !== location || row.priority !== priority;
      })
    );
  }
}
