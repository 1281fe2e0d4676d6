import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ArtifactStore } from '../../platform/artifacts/artifact-store.js';
import { PluginRepository } from './plugin.repository.js';

/** Keeps the downloads that plugins are on record with. */
@Injectable()
export class DownloadsInUse implements OnModuleInit {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly plugins: PluginRepository,
  ) {}

  onModuleInit(): void {
    this.artifacts.keep(async () =>
      (await this.plugins.all()).flatMap(({ checksum }) => (checksum === null ? [] : [checksum])),
    );
  }
}
