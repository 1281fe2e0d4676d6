import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { Transactions } from '../../platform/database/transaction.js';
import { NotFound } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { PluginEntity } from './plugin.entity.js';
import type { RevealDto, RevealedDto } from './plugin-request.dto.js';
import { PluginSettings } from './plugin-settings.js';

/** Shows one setting in the clear, after the showing itself is on record. */
@Injectable()
export class SecretDisclosure {
  constructor(
    private readonly settings: PluginSettings,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
  ) {}

  async reveal(context: RequestContext, row: PluginEntity, { key, reason }: RevealDto): Promise<RevealedDto> {
    const { config, locked } = this.settings.read(row);
    if (locked && Object.hasOwn(locked.values, key)) throw locked.cause;
    const value = new Map(Object.entries(config ?? {})).get(key);
    if (value === undefined)
      throw new NotFound('setting_not_found', `The plugin has no setting "${key}" with a value.`, 'key');
    await this.transactions.run((tx) =>
      this.audit.record(tx, context, {
        action: 'plugin.reveal',
        targetType: 'plugin',
        targetId: row.id,
        after: { key },
        reason,
      }),
    );
    return { key, value };
  }
}
