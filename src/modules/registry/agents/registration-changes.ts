import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../../platform/audit/audit.repository.js';
import { Transactions } from '../../../platform/database/transaction.js';
import { EventBus } from '../../../platform/events/event-bus.js';
import type { RequestContext } from '../../../platform/http/request.js';
import type { RegistrationEntity } from './registration.entity.js';
import { RegistrationRepository } from './registration.repository.js';

/** Writes down what the registry was told: row, audit row and event, or none of them. */
@Injectable()
export class RegistrationChanges {
  constructor(
    private readonly transactions: Transactions,
    private readonly registrations: RegistrationRepository,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
  ) {}

  /** @param before null where it had not registered there before */
  async commit(
    context: RequestContext,
    before: RegistrationEntity | null,
    after: RegistrationEntity,
  ): Promise<void> {
    const { agentId } = after;
    await this.transactions.run(async (tx) => {
      await this.registrations.save(tx, after);
      await this.audit.record(tx, context, {
        action: before ? 'registry.update' : 'registry.register',
        targetType: 'agent',
        targetId: agentId,
        before: before && forAudit(before),
        after: forAudit(after),
      });
      await this.bus.publish(tx, 'registry.registered', { agentId });
    });
  }
}

function forAudit({ registryUrl, name, endpoint, uri }: RegistrationEntity): object {
  return { registryUrl, name, endpoint, uri };
}
