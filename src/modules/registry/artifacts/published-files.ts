import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ArtifactStore } from '../../../platform/artifacts/artifact-store.js';
import { fullDigest } from './artifact-checksum.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';

/** Keeps the files of everything that is published here: their addresses may be gone by now. */
@Injectable()
export class PublishedFiles implements OnModuleInit {
  constructor(
    private readonly store: ArtifactStore,
    private readonly artifacts: PublishedArtifactRepository,
  ) {}

  onModuleInit(): void {
    this.store.keep(async () => (await this.artifacts.checksums()).flatMap((one) => fullDigest(one) ?? []));
  }
}
