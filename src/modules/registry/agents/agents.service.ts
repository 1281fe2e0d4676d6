import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { AuditRepository } from '../../../platform/audit/audit.repository.js';
import { Transactions, type Tx } from '../../../platform/database/transaction.js';
import { isUniqueViolation } from '../../../platform/database/unique-violation.js';
import { EventBus } from '../../../platform/events/event-bus.js';
import { BadRequest, Conflict, NotFound } from '../../../platform/http/errors.js';
import { assertNamed, assertOwner, ownerAfter, ownerOf } from '../../../platform/http/ownership.js';
import { type Actor, type RequestContext, SYSTEM } from '../../../platform/http/request.js';
import { allows } from '../../../platform/http/scopes.js';
import { CONFIG } from '../../../platform/tokens.js';
import type {
  AgentDetailDto,
  AgentDto,
  AgentPageDto,
  AgentRemovedDto,
  HeartbeatAnswerDto,
} from './agent.dto.js';
import type { HeartbeatDto, ListAgentsDto, PutAgentDto } from './agent-request.dto.js';
import { AgentBeats } from './agent-beats.js';
import { type AgentState, digestOf, parsePlugins } from './agent-state.js';
import { type AgentRow, AgentsRepository, type Beat } from './agents.repository.js';
import { pageOf, readCursor } from './page.js';

const DEFAULT_LIMIT = 100;
/** Silent agents removed in one transaction. */
const BATCH = 100;
const DEFAULT_INTERVAL_MS = 300_000;
/** Begins with a letter or digit; what URLs and shells leave alone. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;
/** Path segments that mean something else under /api/v1/agents. */
const RESERVED = new Set(['drift']);

/** Keeps what agents tell of themselves. */
@Injectable()
export class AgentsService {
  constructor(
    private readonly agents: AgentsRepository,
    private readonly beats: AgentBeats,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws BadRequest `parameter_invalid` for a cursor that is none */
  async list({ cursor, limit = DEFAULT_LIMIT, plugin, ...filter }: ListAgentsDto): Promise<AgentPageDto> {
    const wanted = plugin === undefined ? {} : { plugin: parseWanted(plugin) };
    const after = readCursor(cursor);
    const rows = await this.agents.list({ ...filter, ...wanted, after, limit: limit + 1 });
    const { items, nextCursor } = pageOf(rows, limit, ({ agentId }) => agentId);
    return { agents: items.map(present), count: items.length, nextCursor };
  }

  /** @throws BadRequest `parameter_invalid`, NotFound `agent_not_found` */
  async get(agentId: string): Promise<AgentDetailDto> {
    const [row, plugins] = await Promise.all([this.find(agentId), this.agents.plugins(agentId)]);
    return { ...present(row), plugins };
  }

  /**
   * Takes all that an agent tells; where nothing of it is new, as a heartbeat. The agent belongs to whoever tells it first.
   * @throws BadRequest `parameter_invalid`, `field_invalid`; Forbidden `scope_missing`, `not_owner`; Conflict
   *   `name_reserved`, `name_taken`, `agent_limit`
   */
  async put(context: RequestContext, agentId: string, body: PutAgentDto): Promise<AgentDto> {
    checkId(agentId);
    if (RESERVED.has(agentId))
      throw new Conflict(
        'name_reserved',
        `"${agentId}" is reserved for a route. Choose another id.`,
        'agentId',
      );
    assertNamed(context.actor, 'registry:write', agentId);
    const state = stateOf(body);
    const digest = digestOf(state);
    if ((await this.beats.beat(beatOf(context.actor, agentId))) !== digest)
      await this.write(context, agentId, state, digest).catch(async (error: unknown) => {
        // Another that looks like it came at the same moment.
        if (isUniqueViolation(error)) await this.assertNoLookAlike(agentId);
        throw error;
      });
    return present(await this.find(agentId));
  }

  /** @throws BadRequest `parameter_invalid`, Forbidden `scope_missing`, `not_owner`, NotFound `agent_not_found` */
  async beat(
    { actor }: RequestContext,
    agentId: string,
    { digest }: HeartbeatDto,
  ): Promise<HeartbeatAnswerDto> {
    checkId(agentId);
    assertNamed(actor, 'registry:write', agentId);
    const known = await this.beats.beat(beatOf(actor, agentId));
    if (known === undefined) {
      assertOwner(actor, (await this.find(agentId)).owner, `Agent "${agentId}"`);
      throw unknownAgent(agentId);
    }
    return { ok: true, resync: digest !== undefined && digest !== known };
  }

  /** @throws BadRequest `parameter_invalid`, Forbidden `scope_missing`, `not_owner`, NotFound `agent_not_found` */
  async remove(context: RequestContext, agentId: string): Promise<AgentRemovedDto> {
    checkId(agentId);
    assertNamed(context.actor, 'registry:write', agentId);
    await this.transactions.run(async (tx) => {
      const before = await this.agents.lock(tx, agentId);
      if (!before) throw unknownAgent(agentId);
      assertOwner(context.actor, before.owner, `Agent "${agentId}"`);
      await this.agents.delete(tx, agentId);
      const entry = { action: 'agent.remove', targetType: 'agent', targetId: agentId } as const;
      await this.audit.record(tx, context, { ...entry, before: forAudit(before), after: null });
      await this.bus.publish(tx, 'agent.removed', { agentId });
    });
    return { ok: true, message: 'Agent removed' };
  }

  /**
   * Makes an agent somebody else's.
   * @returns who owned it before
   * @throws BadRequest `parameter_invalid`, NotFound `agent_not_found`
   */
  async handOver(context: RequestContext, agentId: string, owner: string): Promise<string | null> {
    checkId(agentId);
    return this.transactions.run(async (tx) => {
      const before = await this.agents.lock(tx, agentId);
      if (!before) throw unknownAgent(agentId);
      if (before.owner === owner) return owner;
      await this.agents.setOwner(tx, agentId, owner);
      const entry = { action: 'agent.hand_over', targetType: 'agent', targetId: agentId } as const;
      await this.audit.record(tx, context, { ...entry, before: { owner: before.owner }, after: { owner } });
      await this.bus.publish(tx, 'agent.changed', { agentId });
      return before.owner;
    });
  }

  /** Removes agents that have not reported for AGENT_RETENTION_DAYS, in small transactions. */
  async removeSilent(signal: AbortSignal): Promise<void> {
    const { AGENT_RETENTION_DAYS: days } = this.config;
    for (let removed = BATCH; removed === BATCH && !signal.aborted;)
      removed = await this.transactions.run(async (tx) => {
        const ids = await this.agents.deleteSilent(tx, days, BATCH);
        for (const targetId of ids)
          await this.audit.record(tx, SYSTEM, {
            ...{ action: 'agent.expire', targetType: 'agent', targetId },
            reason: `It has not reported for ${days} days (AGENT_RETENTION_DAYS).`,
          });
        for (const agentId of ids) await this.bus.publish(tx, 'agent.removed', { agentId });
        return ids.length;
      });
  }

  private async write(
    context: RequestContext,
    agentId: string,
    state: AgentState,
    digest: string,
  ): Promise<void> {
    await this.transactions.run(async (tx) => {
      const before = await this.agents.lock(tx, agentId);
      if (before) assertOwner(context.actor, before.owner, `Agent "${agentId}"`);
      else await this.assertMayAdd(tx, context.actor, agentId);
      if (before?.digest === digest) return;
      const owner = before ? ownerAfter(context.actor, before.owner) : ownerOf(context.actor);
      await this.agents.put(tx, agentId, { state, digest, owner });
      const { plugins, ...rest } = state;
      await this.audit.record(tx, context, {
        action: before ? 'agent.update' : 'agent.register',
        targetType: 'agent',
        targetId: agentId,
        before: before && forAudit(before),
        after: { ...rest, pluginCount: plugins.length, digest, owner },
      });
      await this.bus.publish(tx, before ? 'agent.changed' : 'agent.registered', { agentId });
    });
  }

  /** @throws Conflict `name_taken`, `agent_limit` */
  private async assertMayAdd(tx: Tx, actor: Actor, agentId: string): Promise<void> {
    await this.assertNoLookAlike(agentId, tx);
    const { AGENT_MAX: most } = this.config;
    if (!(await this.agents.hasOwner(tx, ownerOf(actor), most))) return;
    throw new Conflict(
      'agent_limit',
      `${ownerOf(actor)} has ${most} agents registered, the most that AGENT_MAX permits one owner. Remove some, or raise it.`,
      'agentId',
    );
  }

  private async assertNoLookAlike(agentId: string, tx?: Tx): Promise<void> {
    const taken = await this.agents.findLookAlike(agentId, tx);
    if (taken === null) return;
    throw new Conflict(
      'name_taken',
      `"${agentId}" looks like the agent "${taken}". Choose an id that nobody takes for it.`,
      'agentId',
    );
  }

  private async find(agentId: string): Promise<AgentRow> {
    checkId(agentId);
    const row = await this.agents.find(agentId);
    if (!row) throw unknownAgent(agentId);
    return row;
  }
}

function beatOf(actor: Actor, agentId: string): Beat {
  return { agentId, caller: allows(actor.scopes, 'admin') ? null : ownerOf(actor) };
}

function checkId(agentId: string): void {
  if (!ID.test(agentId))
    throw new BadRequest(
      'parameter_invalid',
      'agentId must have 1 to 128 letters, digits or . _ : @ - and begin with a letter or digit.',
      'agentId',
    );
}

function unknownAgent(agentId: string): NotFound {
  return new NotFound('agent_not_found', `No agent "${agentId}" is registered here.`, 'agentId');
}

function stateOf({ name, endpoint, uri, version, heartbeatInterval, plugins }: PutAgentDto): AgentState {
  return {
    name,
    endpoint: endpoint ?? null,
    uri: uri ?? null,
    version: version ?? null,
    heartbeatInterval: heartbeatInterval ?? DEFAULT_INTERVAL_MS,
    plugins: parsePlugins(plugins),
  };
}

/** `name` or `name@version`; the @ of a scope is part of the name. */
function parseWanted(text: string): { name: string; version: string | null } {
  const at = text.lastIndexOf('@');
  return at > 0 ? { name: text.slice(0, at), version: text.slice(at + 1) } : { name: text, version: null };
}

function present({ lastSeenAt, registeredAt, updatedAt, ...row }: AgentRow): AgentDto {
  return {
    ...row,
    lastSeenAt: lastSeenAt.toISOString(),
    registeredAt: registeredAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function forAudit({
  name,
  endpoint,
  uri,
  version,
  heartbeatInterval,
  pluginCount,
  digest,
  owner,
}: AgentRow): object {
  return { name, endpoint, uri, version, heartbeatInterval, pluginCount, digest, owner };
}
