import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions, type Tx } from '../../../platform/database/transaction.js';
import { type RequestContext, SYSTEM } from '../../../platform/http/request.js';
import type { JobTask } from '../../../platform/jobs/job-handlers.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { FleetSchedule } from '../../../platform/schedule/fleet-schedule.js';
import { ArtifactFiles } from './artifact-files.js';
import { ArtifactVerdicts } from './artifact-verdicts.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';

/** One at a time: a slow origin keeps other artifacts waiting, but no installation. */
const VERIFY = 'verify-artifact';
/** Versions that are due are looked for this often. */
const EVERY_MS = 30_000;
const AT_ONCE = 50;
/** What was queued and came to nothing is due again after this long. */
const LEASE_MS = 3_600_000;

interface VerifyPayload {
  id: string;
}

/** Looks at artifacts in the background: new ones, those that were not reached, and verified ones now and then. */
@Injectable()
export class ArtifactVerification implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly schedule: FleetSchedule,
    private readonly transactions: Transactions,
    private readonly artifacts: PublishedArtifactRepository,
    private readonly files: ArtifactFiles,
    private readonly verdicts: ArtifactVerdicts,
  ) {}

  onModuleInit(): void {
    this.jobs.define<VerifyPayload>(VERIFY, (task) => this.verify(task));
    this.schedule.every('artifact checks', EVERY_MS, () => this.queueDue());
  }

  /** Queues a look at a version if and when `tx` commits, unless one is queued. Last in its transaction. */
  async queue(
    tx: Tx,
    context: RequestContext,
    { id, name, version }: { id: string; name: string; version: string },
  ): Promise<void> {
    const subject = `${name}@${version}`;
    if (await this.jobs.findOpen(tx, VERIFY, subject)) return;
    await this.jobs.enqueue(tx, context, { kind: VERIFY, subject, payload: { id }, lane: VERIFY });
  }

  private queueDue(): Promise<void> {
    return this.transactions.run(async (tx) => {
      for (const due of await this.artifacts.takeDue(tx, AT_ONCE, LEASE_MS))
        await this.queue(tx, SYSTEM, due);
    });
  }

  private async verify({ payload, context, signal, progress }: JobTask<VerifyPayload>): Promise<object> {
    const row = await this.artifacts.find(payload.id);
    if (!row || row.status === 'deleted') return { verification: null };
    progress('verifying', 10);
    const finding = await this.files.look(row);
    signal.throwIfAborted();
    await this.verdicts.record(context, row, finding);
    return { verification: finding.verification, cause: finding.cause };
  }
}
