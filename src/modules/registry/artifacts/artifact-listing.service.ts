import { Injectable } from '@nestjs/common';
import { BadRequest } from '../../../platform/http/errors.js';
import type { ArtifactPageDto, ListArtifactsDto } from './artifact.dto.js';
import { present } from './artifact-record.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';

const DEFAULT_LIMIT = 50;

/** Lists what is published, page by page. */
@Injectable()
export class ArtifactListing {
  constructor(private readonly artifacts: PublishedArtifactRepository) {}

  /** @throws BadRequest `parameter_invalid` for a cursor that no page has given; what is published once stays on record */
  async list({
    limit = DEFAULT_LIMIT,
    updated_since: since,
    ...filter
  }: ListArtifactsDto): Promise<ArtifactPageDto> {
    if (filter.cursor !== undefined && !(await this.artifacts.find(filter.cursor)))
      throw new BadRequest('parameter_invalid', 'cursor must be the nextCursor of an answer.', 'cursor');
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
