import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../../platform/audit/audit.repository.js';
import { Transactions, type Tx } from '../../../platform/database/transaction.js';
import { EventBus } from '../../../platform/events/event-bus.js';
import type { RequestContext } from '../../../platform/http/request.js';
import { foldName } from '../../../platform/names.js';
import type { PublishedArtifactEntity, Verification } from './published-artifact.entity.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';
import { PublishedNames } from './published-names.js';

/** What has become of a version. */
export interface LedgerEntry {
  action: string;
  id: string;
  before: object | null;
  after: object | null;
  /** What is announced: a verification, or one of the others. */
  event: 'registry.published' | 'registry.changed' | { verification: Verification };
  /** Done in the same transaction, last. */
  alongside?: (tx: Tx) => Promise<void>;
}

/**
 * Makes a change of what is published in one transaction: the version itself, what its name stands for, its place in
 * the catalogue, audit row and event. Changes about one name, or names that look alike, take turns.
 */
@Injectable()
export class ArtifactLedger {
  constructor(
    private readonly artifacts: PublishedArtifactRepository,
    private readonly names: PublishedNames,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
  ) {}

  /**
   * @param decide writes the version and says what has become of it, null for nothing; it is given all that was ever
   *   published under the name and those that look like it
   */
  change(
    context: RequestContext,
    name: string,
    decide: (tx: Tx, known: PublishedArtifactEntity[]) => Promise<LedgerEntry | null>,
  ): Promise<void> {
    const folded = foldName(name);
    return this.transactions.run(async (tx) => {
      await this.artifacts.lockName(tx, folded);
      const entry = await decide(tx, await this.artifacts.likeNamed(tx, folded));
      if (!entry) return;
      const { action, id, before, after, event, alongside } = entry;
      await this.names.settle(tx, name);
      await this.audit.record(tx, context, { action, targetType: 'artifact', targetId: id, before, after });
      if (typeof event === 'string') await this.bus.publish(tx, event, { artifactId: id });
      else await this.bus.publish(tx, 'registry.verified', { artifactId: id, ...event });
      await alongside?.(tx);
    });
  }
}
