import { Injectable } from '@nestjs/common';
import type { AuditPageDto, AuditQueryDto } from './audit.dto.js';
import type { AuditEntity } from './audit.entity.js';
import { AuditRepository } from './audit.repository.js';

const DEFAULT_LIMIT = 50;

/** Reads the audit trail, newest first, page by page. */
@Injectable()
export class AuditService {
  constructor(private readonly audit: AuditRepository) {}

  async list({ limit = DEFAULT_LIMIT, ...filter }: AuditQueryDto): Promise<AuditPageDto> {
    const rows = await this.audit.list({ ...filter, limit: limit + 1 });
    const page = rows.slice(0, limit);
    return {
      entries: page.map(present),
      count: page.length,
      nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    };
  }
}

function present(row: AuditEntity): AuditPageDto['entries'][number] {
  const { actorKind, actorId, actorName, at, ...rest } = row;
  return { ...rest, at: at.toISOString(), actor: { kind: actorKind, id: actorId, name: actorName } };
}
