import { parseExactly } from '../../../platform/exact-numbers.js';
import { Injectable } from '@nestjs/common';
import semver from 'semver';
import type { Artifact } from '../../../platform/artifacts/artifact-folder.js';
import { NotFound, Unprocessable } from '../../../platform/http/errors.js';
import { fullDigest } from './artifact-checksum.js';
import { ArtifactFiles } from './artifact-files.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';
import { notInstallable } from './published-names.js';
import { newestOf } from './version-order.js';

/** A published version as the installation module needs it. */
export interface PublishedArtifact {
  id: string;
  name: string;
  version: string;
  /** SHA-256 of the file, 64 hex digits. */
  sha256: string;
  registeredAt: Date;
}

/** Who has published something under a name. */
export interface Standing {
  owner: string | null;
  /** Whether its publisher could have installed it too. */
  vouched: boolean;
}

/** What is published here, for whoever installs it. */
@Injectable()
export class PublishedArtifacts {
  constructor(
    private readonly artifacts: PublishedArtifactRepository,
    private readonly files: ArtifactFiles,
  ) {}

  /** Who stands behind the version that `find` would choose; null where nothing is published under the name. */
  async standing(name: string, wanted = 'latest'): Promise<Standing | null> {
    const rows = (await this.artifacts.named(name)).filter(({ status }) => status !== 'deleted');
    const row = chosen(rows, wanted.trim() || 'latest') ?? rows[0];
    return row ? { owner: row.owner, vouched: row.vouched } : null;
  }

  /**
   * The version to install.
   * @param wanted exact version, range, or `latest`; left out: latest
   * @returns null where nothing is published under the name
   * @throws NotFound `version_not_found`; Unprocessable `artifact_not_installable` with the reason
   */
  async find(name: string, wanted = 'latest'): Promise<PublishedArtifact | null> {
    const rows = (await this.artifacts.named(name)).filter(({ status }) => status !== 'deleted');
    if (rows.length === 0) return null;
    const row = chosen(rows, wanted.trim() || 'latest');
    if (!row)
      throw new NotFound(
        'version_not_found',
        `"${name}" has no version "${wanted.slice(0, 100)}" here. Published: ${someVersions(rows)}.`,
        'version',
      );
    const reason = notInstallable(row);
    const sha256 = fullDigest(row.checksum);
    if (reason !== null || sha256 === null)
      throw new Unprocessable('artifact_not_installable', reason ?? 'It has no full checksum.', 'name');
    const { id, version, registeredAt } = row;
    return { id, name, version, sha256, registeredAt };
  }

  /**
   * The verified file of an exact version and the address it came from; yanked and deleted ones too, for what is
   * installed already.
   * @throws NotFound `version_not_found`, and what `ArtifactFiles.open` throws
   */
  async open(name: string, version: string): Promise<{ file: Artifact; url: string }> {
    const rows = await this.artifacts.named(name);
    const row = rows.find((one) => one.version === version);
    if (!row)
      throw new NotFound('version_not_found', `${name}@${version} was never published here.`, 'version');
    return { file: await this.files.open(row), url: row.artifactUrl };
  }

  /** JSON Schema of the settings that was published with a version, deleted or not; null where it says nothing. */
  async configSchema(name: string, version: string): Promise<Record<string, unknown> | null> {
    const row = (await this.artifacts.named(name)).find((one) => one.version === version);
    const schema = parseExactly(row?.configSchema ?? '{}') as Record<string, unknown> | boolean;
    return typeof schema === 'object' && Object.keys(schema).length > 0 ? schema : null;
  }
}

/** An exact version, whatever has become of it; else the best that is not yanked, one that is verified where there is one. */
function chosen(rows: readonly PublishedArtifactEntity[], wanted: string): PublishedArtifactEntity | null {
  const exact = rows.find(({ version }) => version === wanted);
  if (exact) return exact;
  const range = wanted === 'latest' ? '*' : semver.validRange(wanted, { loose: true });
  if (range === null) return null;
  // To semver no prerelease is in `*`; to npm it means `latest`.
  const fitting = rows.filter(({ version }) => range === '*' || semver.satisfies(version, range));
  const offered = fitting.filter(({ status }) => status !== 'yanked');
  const verified = offered.filter(({ verification }) => verification === 'verified');
  return newestOf(verified) ?? newestOf(offered) ?? newestOf(fitting);
}

function someVersions(rows: readonly PublishedArtifactEntity[]): string {
  return rows
    .slice(0, 10)
    .map(({ version }) => version)
    .join(', ');
}
