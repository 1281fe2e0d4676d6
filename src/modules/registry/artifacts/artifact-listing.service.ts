import { Injectable } from '@nestjs/common';
import type { ArtifactPageDto, ListArtifactsDto } from './artifact.dto.js';
import { present } from './artifact-record.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';

const DEFAULT_LIMIT = 50;

/** Lists what is published, page by page. */
@Injectable()
export class ArtifactListing {
  constructor(private readonly artifacts: PublishedArtifactRepository) {}

  async list({
    limit = DEFAULT_LIMIT,
    updated_since: since,
    ...filter
  }: ListArtifactsDto): Promise<ArtifactPageDto> {
    const updatedSince = since === undefined ? {} : { updatedSince: new Date(since) };
    const rows = await this.artifacts.list({ ...filter, ...updatedSince, limit: limit + 1 });
    const page = rows.slice(0, limit);
    return {
      plugins: page.map(present),
      count: page.length,
      nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  }
}
