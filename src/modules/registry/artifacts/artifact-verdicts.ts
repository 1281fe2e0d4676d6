import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/http/request.js';
import { ArtifactLedger } from './artifact-ledger.js';
import { type Finding, nextCheck } from './finding.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';
import { type ArtifactChanges, PublishedArtifactRepository } from './published-artifact.repository.js';

/** Records what is known of an artifact's bytes. Whatever is not verified is neither served nor installed. */
@Injectable()
export class ArtifactVerdicts {
  constructor(
    private readonly artifacts: PublishedArtifactRepository,
    private readonly ledger: ArtifactLedger,
  ) {}

  /** What was found of a version that is gone by now is forgotten. */
  record(context: RequestContext, { id, name }: PublishedArtifactEntity, finding: Finding): Promise<void> {
    return this.ledger.change(context, name, async (tx, known) => {
      const row = known.find((one) => one.id === id);
      if (!row || row.status === 'deleted') return null;
      const changes = changesOf(row, finding);
      await this.artifacts.change(tx, id, changes);
      const { verification = row.verification, verificationCause: cause } = changes;
      if (verification === row.verification) return null;
      return {
        action: 'registry.verify',
        id,
        before: { verification: row.verification },
        after: { verification, cause },
        event: { verification },
      };
    });
  }
}

function changesOf(row: PublishedArtifactEntity, finding: Finding): ArtifactChanges {
  const now = new Date();
  const attempts = finding.verification === 'unreachable' ? row.attempts + 1 : 0;
  const looked: ArtifactChanges = {
    verificationCause: finding.cause,
    checkedAt: now,
    checkAfter: nextCheck(finding.verification, attempts, now),
    attempts,
  };
  // Bytes that were proven right stay right while their origin is away: other servers may have them.
  if (row.verification === 'verified' && finding.verification === 'unreachable') return looked;
  const changed = row.verification === finding.verification ? {} : { updatedAt: now };
  const { verification, bytes } = finding;
  return { ...looked, ...changed, verification, ...(bytes !== undefined && { bytes: String(bytes) }) };
}
