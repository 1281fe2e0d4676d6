import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { Transactions } from '../../platform/database/transaction.js';
import { Forbidden } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import { allows } from '../../platform/http/scopes.js';
import { Jobs, outcomeOf } from '../../platform/jobs/jobs.service.js';
import { THIS_NODE, type ThisNode } from '../../platform/nodes/this-node.js';
import { CONFIG } from '../../platform/tokens.js';
import { copyIsAway, EjectedPlaces } from './ejected-places.js';
import type { SyncDoneDto, SyncDto } from './ejected.dto.js';
import { EjectedService } from './ejected.service.js';
import { SYNC, type SyncPayload, type SyncResult } from './sync.job.js';

/** Has plugins run from their local copies as they are now. */
@Injectable()
export class EjectedSync {
  constructor(
    private readonly copies: EjectedService,
    private readonly jobs: Jobs,
    private readonly transactions: Transactions,
    private readonly places: EjectedPlaces,
    @Inject(THIS_NODE) private readonly self: ThisNode,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Queues the build, on the server whose disk has the copy.
   * @returns the job's id
   * @throws NotFound `plugin_not_found`, `not_ejected`; Conflict `local_copy_away`; Forbidden `scope_missing`
   */
  async begin(context: RequestContext, segment: string, options: SyncDto): Promise<string> {
    refuseScript(context, options);
    const { npmName, pluginId } = await this.copies.ejected(segment);
    const onServer = await this.serverOf(segment, { npmName, pluginId });
    const payload: SyncPayload = { ...options, pluginId };
    return this.transactions.run((tx) =>
      this.jobs.enqueue(tx, context, { kind: SYNC, subject: npmName, payload, onServer }),
    );
  }

  private async serverOf(
    segment: string,
    { npmName, pluginId }: { npmName: string; pluginId: string },
  ): Promise<string> {
    const place = await this.places.of(pluginId);
    if (place && !place.isHere && place.state !== 'live') throw copyIsAway(npmName, place);
    if (!place || place.isHere) await this.copies.withCopy(segment);
    return place?.nodeId ?? this.self.id;
  }

  /** Longest time that building a copy and starting it may take, in milliseconds. */
  get limitMs(): number {
    return this.config.INSTALL_TIMEOUT + this.config.GUEST_START_TIMEOUT;
  }

  /** Waits for a build. @throws AppError its cause */
  async finish(jobId: string): Promise<SyncDoneDto> {
    const job = await this.jobs.wait(jobId, this.config.INSTALL_TIMEOUT);
    const { message, logs } = outcomeOf(job) as SyncResult;
    return { ok: true, requiresRestart: false, pluginName: job.subject, message, logs, jobId };
  }
}

/** A build script runs outside of the fence, so who may not install may not run it. */
function refuseScript({ actor }: RequestContext, { builder, upstream }: SyncDto): void {
  if (allows(actor.scopes, 'plugins:install')) return;
  if (builder !== 'script' && upstream !== true) return;
  throw new Forbidden(
    'scope_missing',
    'builder: "script" and upstream: true need the scope plugins:install.',
    upstream === true ? 'upstream' : 'builder',
  );
}
