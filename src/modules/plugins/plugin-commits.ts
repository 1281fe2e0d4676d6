import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { Transactions, type Tx } from '../../platform/database/transaction.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { type AppError, Conflict, PreconditionFailed } from '../../platform/http/errors.js';
import type { RequestContext } from '../../platform/http/request.js';
import type { Candidate } from '../../runtime/host/index.js';
import { KnownPlugins } from './known-plugins.js';
import { NodeRuntime } from './node-runtime.js';
import type { PluginEntity } from './plugin.entity.js';
import { PluginRepository } from './plugin.repository.js';
import type { Settings } from './plugin-settings.js';
import { viewForAudit } from './plugin-view.js';

/** A plugin as a change found it or leaves it. */
export interface PluginState {
  row: PluginEntity;
  settings: Settings;
}

/** One change of what is wanted, with the process that proves that it works. */
export interface Change {
  action: string;
  before: PluginState | null;
  after: PluginState | null;
  /** The started new code, live once the change is committed. Null where nothing is started. */
  candidate: Candidate | null;
  /** The code is new and is started later, when the event of the change arrives. */
  untried?: boolean;
  /** Written in the same transaction, after the plugin itself. */
  alongside?: (tx: Tx) => Promise<void>;
  /** Revision that the caller named in If-Match; null or left out where any would do. */
  expected?: number | null;
}

/**
 * Commits a change of a plugin: record, audit row and event in one short transaction, the running code after
 * it. What does not commit leaves record and running code as they were. Callers hold the plugin exclusively.
 */
@Injectable()
export class PluginCommits {
  constructor(
    private readonly plugins: PluginRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
    private readonly node: NodeRuntime,
    private readonly known: KnownPlugins,
  ) {}

  async commit(context: RequestContext, change: Change): Promise<void> {
    const { before, after, candidate } = change;
    try {
      await this.transactions.run((tx) => this.write(tx, context, change));
    } catch (error) {
      await candidate?.discard();
      throw error;
    }
    const id = (after ?? before)?.row.id;
    if (id === undefined) return;
    if (before && after) this.known.learn(after.row);
    else this.known.forget(id);
    if (candidate && after) await candidate.adopt(after.row.revision);
    else if (!after) await this.node.stop(id, 'deleted');
    else if (!after.row.enabled) await this.node.disable(id, after.row);
    else if (!change.untried) this.node.advance(id, after.row.revision);
  }

  private async write(tx: Tx, context: RequestContext, change: Change): Promise<void> {
    const { action, before, after } = change;
    const pluginId = await this.writeRow(tx, change);
    await change.alongside?.(tx);
    await this.audit.record(tx, context, {
      action,
      targetType: 'plugin',
      targetId: pluginId,
      before: before && viewForAudit(before.row, before.settings),
      after: after && viewForAudit(after.row, after.settings),
    });
    if (!after) return this.bus.publish(tx, 'plugin.deleted', { pluginId });
    const { revision } = after.row;
    return this.bus.publish(tx, before ? 'plugin.updated' : 'plugin.created', { pluginId, revision });
  }

  /** @returns the plugin's id */
  private async writeRow(tx: Tx, change: Change): Promise<string> {
    const { before, after } = change;
    if (after && !before) await this.plugins.insert(tx, after.row);
    else if (after && !(await this.plugins.update(tx, after.row))) throw overtaken(after.row.id, change);
    if (after) return after.row.id;
    const { id = '', revision = 0 } = before?.row ?? {};
    if (!(await this.plugins.delete(tx, id, revision))) throw overtaken(id, change);
    return id;
  }
}

/** Another server of the fleet was faster. */
function overtaken(id: string, { expected }: Change): AppError {
  const message = `Plugin "${id}" was changed at the same time. Read it and try again.`;
  return typeof expected === 'number'
    ? new PreconditionFailed('revision_mismatch', message, 'If-Match')
    : new Conflict('revision_conflict', message);
}
