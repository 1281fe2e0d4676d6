import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { NotFound } from '../../platform/http/errors.js';
import { CONFIG } from '../../platform/tokens.js';
import { type PublishedArtifact, PublishedArtifacts, type Standing } from '../registry/index.js';
import type { VersionRow } from './installed-version.entity.js';
import { unpackArtifact } from './packages/artifact-unpacker.js';
import type { BuiltPackage } from './packages/package-builder.js';
import { enforce } from './packages/package-policy.js';
import type { Trust } from './packages/package-verifier.js';
import { versionDirectory } from './version-directory.js';

const MINUTE = 60_000;

/** Versions that are published here, made ready to be installed. */
@Injectable()
export class ArtifactBuilds {
  constructor(
    private readonly published: PublishedArtifacts,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The version to install, where the name is published here; null where it is not.
   * @throws NotFound `version_not_found`; Unprocessable `artifact_not_installable`, `policy_refused`
   */
  async find(name: string, version?: string): Promise<PublishedArtifact | null> {
    const found = await this.published.find(name, version);
    if (found) {
      const { signature, provenance } = trustOf(found);
      enforce({ name, publishedAt: found.registeredAt, signature, provenance }, this.config);
    }
    return found;
  }

  /** Who stands behind what is published under a name; null where nothing is. */
  standing(name: string, version?: string): Promise<Standing | null> {
    return this.published.standing(name, version);
  }

  /** What is known of where it comes from: the publisher's checksum, which its bytes were compared with. */
  evidence(artifact: PublishedArtifact): Trust {
    return trustOf(artifact);
  }

  /** JSON Schema of the settings that was published with a version; null where it says nothing. */
  configSchema(name: string, version: string): Promise<Record<string, unknown> | null> {
    return this.published.configSchema(name, version);
  }

  /** Unpacks the exact version into `directory`, which must not exist. @throws as `find` and `build` */
  async prepare(
    { name, version }: { name: string; version: string },
    directory: string,
  ): Promise<VersionRow> {
    const artifact = await this.find(name, version);
    if (!artifact)
      throw new NotFound('version_not_found', `${name}@${version} is not published any more.`, 'version');
    const built = await this.build(artifact, directory);
    const folder = `artifact+${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
    const { packageDir, treeDigest, files } = built;
    return {
      ...{ version, npmName: name, source: 'artifact', lockfile: '' },
      directory: versionDirectory(folder, version, treeDigest),
      ...{ packageDir, treeDigest, files },
      trust: trustOf(artifact),
      unpackedBytes: String(built.unpackedBytes),
      installedAt: new Date(),
    };
  }

  /**
   * Unpacks an exact version; the same file gives the same tree.
   * @throws NotFound `version_not_found`; Conflict `artifact_not_verified`; what fetching it again fails with;
   *   Unprocessable `package_refused`, `unsupported_artifact`, `policy_refused`
   */
  async build(
    { name, version }: { name: string; version: string },
    directory: string,
  ): Promise<BuiltPackage> {
    const { file, url } = await this.published.open(name, version);
    return unpackArtifact({ name, file: file.path, url, directory }, this.config);
  }
}

function trustOf({ sha256, registeredAt }: PublishedArtifact): Trust {
  return {
    integrity: `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`,
    signature: 'unsigned',
    provenance: 'absent',
    builder: null,
    publishedAt: registeredAt.toISOString(),
    age: Math.floor((Date.now() - registeredAt.getTime()) / MINUTE),
    scripts: [],
    advisories: [],
    dependencies: { verified: 0, unsigned: 0, invalid: 0, unavailable: 0 },
    causes: ['signature: published here, with a checksum alone'],
  };
}
