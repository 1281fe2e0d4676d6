import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ArtifactStore } from '../../platform/artifacts/artifact-store.js';
import { InstalledVersionRepository } from './installed-version.repository.js';

/** Keeps the files of installed artifacts: what was published may be deleted, what is installed is built from it again. */
@Injectable()
export class ArtifactsInUse implements OnModuleInit {
  constructor(
    private readonly store: ArtifactStore,
    private readonly versions: InstalledVersionRepository,
  ) {}

  onModuleInit(): void {
    this.store.keep(async () =>
      (await this.versions.list())
        .filter(({ source }) => source === 'artifact')
        .map(({ trust }) => Buffer.from(trust.integrity.replace(/^sha256-/, ''), 'base64').toString('hex')),
    );
  }
}
