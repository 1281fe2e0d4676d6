import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../../platform/audit/audit.repository.js';
import type { Tx } from '../../../platform/database/transaction.js';
import { EventBus } from '../../../platform/events/event-bus.js';
import type { RequestContext } from '../../../platform/http/request.js';

/** Puts on record and announces that the entries of a source have changed. */
@Injectable()
export class RefreshRecords {
  constructor(
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
  ) {}

  /** Call it as the last thing in the transaction. @param after how many entries there are, were written, removed … */
  async changed(tx: Tx, context: RequestContext, source: string, after: object): Promise<void> {
    const about = { action: 'registry.refresh', targetType: 'catalogue', targetId: source } as const;
    await this.audit.record(tx, context, { ...about, after });
    await this.bus.publish(tx, 'registry.refreshed', { source });
  }
}
