import { Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import type { Tx } from '../database/transaction.js';
import type { RequestContext } from '../http/request.js';
import { noteWork } from '../idempotency/idempotency.repository.js';
import { AuditEntity } from './audit.entity.js';

/** A change to put on record. `before` and `after` must come with their secrets masked. */
export interface AuditEntry {
  action: string;
  targetType: 'plugin' | 'key' | 'job' | 'agent' | 'artifact' | 'catalogue' | 'token';
  targetId: string;
  before?: object | null;
  after?: object | null;
  reason?: string;
}

export interface AuditFilter {
  action?: string;
  target?: string;
  actor?: string;
  cursor?: string;
  limit: number;
}

/** Owns the audit table: rows are written in the transaction of the change they tell of, and never changed. */
@Injectable()
export class AuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  async record(tx: Tx, { actor, requestId, claim }: RequestContext, entry: AuditEntry): Promise<void> {
    if (claim) await noteWork(tx, claim, `${entry.action} of ${entry.targetType} ${entry.targetId}`);
    const { action, targetType, targetId, before = null, after = null, reason = null } = entry;
    const states = [before, after].map((state) => state && JSON.stringify(state));
    await tx.query(
      `insert into audit
       (action, actor_kind, actor_id, actor_name, target_type, target_id, before, after, reason, request_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [action, actor.kind, actor.id, actor.name, targetType, targetId, ...states, reason, requestId],
    );
  }

  list({ action, target, actor, cursor, limit }: AuditFilter): Promise<AuditEntity[]> {
    return this.dataSource.getRepository(AuditEntity).find({
      where: {
        ...(action !== undefined && { action }),
        ...(target !== undefined && { targetId: target }),
        ...(actor !== undefined && { actorId: actor }),
        ...(cursor !== undefined && { id: LessThan(cursor) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
