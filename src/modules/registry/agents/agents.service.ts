import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../../platform/audit/audit.repository.js';
import { Transactions } from '../../../platform/database/transaction.js';
import { EventBus } from '../../../platform/events/event-bus.js';
import { BadRequest, Conflict, NotFound } from '../../../platform/http/errors.js';
import type { RequestContext } from '../../../platform/http/request.js';
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
import { type AgentRow, AgentsRepository } from './agents.repository.js';
import { pageOf, readCursor } from './page.js';

const DEFAULT_LIMIT = 100;
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
   * Takes all that an agent tells; where nothing of it is new, as a heartbeat.
   * @throws BadRequest `parameter_invalid`, `field_invalid`, Conflict `name_reserved`
   */
  async put(context: RequestContext, agentId: string, body: PutAgentDto): Promise<AgentDto> {
    checkId(agentId);
    if (RESERVED.has(agentId))
      throw new Conflict(
        'name_reserved',
        `"${agentId}" is reserved for a route. Choose another id.`,
        'agentId',
      );
    const state = stateOf(body);
    const digest = digestOf(state);
    if ((await this.beats.beat(agentId)) !== digest) await this.write(context, agentId, state, digest);
    return present(await this.find(agentId));
  }

  /** @throws BadRequest `parameter_invalid`, NotFound `agent_not_found` */
  async beat(agentId: string, { digest }: HeartbeatDto): Promise<HeartbeatAnswerDto> {
    checkId(agentId);
    const known = await this.beats.beat(agentId);
    if (known === undefined) throw unknownAgent(agentId);
    return { ok: true, resync: digest !== undefined && digest !== known };
  }

  /** @throws BadRequest `parameter_invalid`, NotFound `agent_not_found` */
  async remove(context: RequestContext, agentId: string): Promise<AgentRemovedDto> {
    checkId(agentId);
    await this.transactions.run(async (tx) => {
      const before = await this.agents.lock(tx, agentId);
      if (!before) throw unknownAgent(agentId);
      await this.agents.delete(tx, agentId);
      const entry = { action: 'agent.remove', targetType: 'agent', targetId: agentId } as const;
      await this.audit.record(tx, context, { ...entry, before: forAudit(before), after: null });
      await this.bus.publish(tx, 'agent.removed', { agentId });
    });
    return { ok: true, message: 'Agent removed' };
  }

  private async write(
    context: RequestContext,
    agentId: string,
    state: AgentState,
    digest: string,
  ): Promise<void> {
    await this.transactions.run(async (tx) => {
      const before = await this.agents.lock(tx, agentId);
      if (before?.digest === digest) return;
      await this.agents.put(tx, agentId, state, digest);
      const { plugins, ...rest } = state;
      await this.audit.record(tx, context, {
        action: before ? 'agent.update' : 'agent.register',
        targetType: 'agent',
        targetId: agentId,
        before: before && forAudit(before),
        after: { ...rest, pluginCount: plugins.length, digest },
      });
      await this.bus.publish(tx, before ? 'agent.changed' : 'agent.registered', { agentId });
    });
  }

  private async find(agentId: string): Promise<AgentRow> {
    checkId(agentId);
    const row = await this.agents.find(agentId);
    if (!row) throw unknownAgent(agentId);
    return row;
  }
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
}: AgentRow): object {
  return { name, endpoint, uri, version, heartbeatInterval, pluginCount, digest };
}
