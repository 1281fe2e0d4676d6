import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { sendArtifact } from './artifact-download.js';
import { ArtifactFiles } from './artifact-files.js';
import { ArtifactPublishing } from './artifact-publishing.service.js';

/** Serves artifacts to the hosts that run them. */
@Injectable()
export class ArtifactDownloads {
  constructor(
    private readonly publishing: ArtifactPublishing,
    private readonly files: ArtifactFiles,
  ) {}

  /** @throws NotFound `artifact_not_found`, and what `ArtifactFiles.open` throws */
  async send(id: string, response: Response): Promise<void> {
    const row = await this.publishing.existing(id);
    await sendArtifact(response, row, await this.files.open(row));
  }
}
