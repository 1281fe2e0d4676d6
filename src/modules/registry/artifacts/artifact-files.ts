import { Injectable } from '@nestjs/common';
import type { Artifact } from '../../../platform/artifacts/artifact-folder.js';
import { ArtifactStore } from '../../../platform/artifacts/artifact-store.js';
import { Conflict } from '../../../platform/http/errors.js';
import { SYSTEM } from '../../../platform/http/request.js';
import { fullDigest } from './artifact-checksum.js';
import { ArtifactVerdicts } from './artifact-verdicts.js';
import { type Finding, findingOf } from './finding.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';

/** Hands out the files of verified artifacts, and nothing but the bytes that their checksums promise. */
@Injectable()
export class ArtifactFiles {
  constructor(
    private readonly store: ArtifactStore,
    private readonly artifacts: PublishedArtifactRepository,
    private readonly verdicts: ArtifactVerdicts,
  ) {}

  /**
   * Looks at an artifact: the file that is kept, else what lies at its address. Before its bytes are handed out for
   * the first time they come from the address: what is kept for another reason may be somebody's secret, of which
   * whoever publishes knows no more than the digest. Writes no verdict.
   */
  async look({ artifactUrl, checksum, verification }: PublishedArtifactEntity): Promise<Finding> {
    const digest = fullDigest(checksum);
    if (digest === null)
      return {
        verification: 'unverifiable',
        cause: 'Its checksum has fewer than 64 hex digits, so nothing can be compared with it.',
      };
    try {
      const from = (await this.artifacts.isHandedOut(checksum)) ? 'anywhere' : 'origin';
      const { bytes } = await this.store.fetch(artifactUrl, digest, from);
      return { verification: 'verified', cause: null, bytes };
    } catch (error) {
      return findingOf(error, verification === 'verified');
    }
  }

  /**
   * The file of a verified artifact; its digest is compared before it is handed out. What neither this server nor the
   * fleet has, or no longer as it was, is fetched again.
   * @throws Conflict `artifact_not_verified`; BadGateway `download_failed`, GatewayTimeout `download_timeout` where
   *   it has to be fetched and cannot be; Unavailable `shutting_down`
   */
  async open(row: PublishedArtifactEntity): Promise<Artifact> {
    const { artifactUrl, checksum, verification } = row;
    const digest = fullDigest(checksum);
    if (verification !== 'verified' || digest === null) throw notVerified(row);
    try {
      return await this.store.fetch(artifactUrl, digest);
    } catch (error) {
      const finding = findingOf(error, true);
      if (finding.verification === 'unreachable') throw error;
      await this.verdicts.record(SYSTEM, row, finding);
      throw notVerified({ ...row, verification: finding.verification, verificationCause: finding.cause });
    }
  }
}

function notVerified({
  name,
  version,
  verification,
  verificationCause,
}: Pick<PublishedArtifactEntity, 'name' | 'version' | 'verification' | 'verificationCause'>): Conflict {
  const cause = verificationCause === null ? '' : ` ${verificationCause}`;
  return new Conflict(
    'artifact_not_verified',
    `The artifact of ${name}@${version} is not verified (${verification}), so it is not handed out.${cause}`,
    'id',
  );
}
