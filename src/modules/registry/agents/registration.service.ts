import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { AppError, BadRequest, Conflict } from '../../../platform/http/errors.js';
import type { RequestContext } from '../../../platform/http/request.js';
import { KeyedMutex } from '../../../platform/keyed-mutex.js';
import { CONFIG } from '../../../platform/tokens.js';
import { VERSION } from '../../../platform/version.js';
import { PluginSet } from '../../plugins/index.js';
import { type AgentState, digestOf } from './agent-state.js';
import { RegistrationChanges } from './registration-changes.js';
import type {
  RegisterDto,
  RegisteredDto,
  RegistrationConfigDto,
  RegistrationStatusDto,
  SyncedDto,
  UpdateUriDto,
  UriUpdatedDto,
} from './registration.dto.js';
import type { RegistrationEntity } from './registration.entity.js';
import { RegistrationRepository } from './registration.repository.js';
import { notConfigured, UpstreamClient } from './upstream.client.js';

type Told = Pick<AgentState, 'name' | 'endpoint' | 'uri'>;

/**
 * This fleet as an agent of another registry. The registry is told first, then it is written down: whatever goes
 * wrong between the two, the next heartbeat finds it out by the digest and makes it good.
 */
@Injectable()
export class RegistrationService {
  /** A heartbeat that goes on while something else is told would tell the registry the state from before. */
  private readonly turns = new KeyedMutex();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly registrations: RegistrationRepository,
    private readonly changes: RegistrationChanges,
    private readonly upstream: UpstreamClient,
    private readonly plugins: PluginSet,
  ) {}

  settings(): RegistrationConfigDto {
    const { REGISTRY_URL, REGISTRY_AUTO_REGISTER, REGISTRY_SYNC_INTERVAL } = this.config;
    return {
      registryUrl: REGISTRY_URL,
      autoRegister: REGISTRY_AUTO_REGISTER,
      syncInterval: REGISTRY_SYNC_INTERVAL,
      configured: REGISTRY_URL !== '',
      ...{ chainId: null, registryAddress: null, collectionAddress: null, explorerUrl: null },
    };
  }

  async status(): Promise<RegistrationStatusDto> {
    const row = await this.registrations.find();
    const { registryUrl, configured } = this.settings();
    const here = row && this.isRegistered(row) ? row : null;
    const { name, endpoint, uri } = this.told(row);
    return {
      registered: here !== null,
      agentId: here?.agentId ?? null,
      registryUrl,
      configured,
      lastSyncAt: here?.syncedAt?.toISOString() ?? null,
      lastError: configured ? (row?.error ?? null) : null,
      agentName: name,
      agentEndpoint: endpoint ?? '',
      agentUri: uri ?? '',
      tokenURI: uri ?? '',
      isActive: here !== null,
      ...{ tokenId: null, walletAddress: null, capabilitiesHash: null, totalAgents: null },
    };
  }

  /** @throws Unavailable `registry_not_configured`, BadGateway */
  register(context: RequestContext, dto: RegisterDto): Promise<RegisteredDto> {
    return this.inTurn(async () => {
      this.requireRegistry();
      const row = await this.registrations.claim();
      const { name = row.name, endpoint = row.endpoint, uri = dto.tokenURI ?? row.uri } = dto;
      await this.tell(context, row, { ...row, name, endpoint, uri });
      return { ok: true, agentId: row.agentId };
    });
  }

  /** @throws Unavailable `registry_not_configured`, Conflict `not_registered`, BadRequest, BadGateway */
  updateUri(context: RequestContext, dto: UpdateUriDto): Promise<UriUpdatedDto> {
    return this.inTurn(async () => {
      const row = await this.registered();
      const next = { ...row, uri: dto.uri ?? dto.tokenURI ?? null };
      if (this.told(next).uri === null)
        throw new BadRequest('field_invalid', 'uri is required where PUBLIC_URL is not set.', 'uri');
      await this.tell(context, row, next);
      return { ok: true };
    });
  }

  /** @throws Unavailable `registry_not_configured`, Conflict `not_registered`, BadGateway */
  sync(): Promise<SyncedDto> {
    return this.inTurn(async () => {
      const row = await this.registered();
      const state = await this.state(row);
      await this.reporting(async () => {
        const answer = await this.upstream.beat(row.agentId, digestOf(state));
        // Also where the registry has forgotten this fleet, its database having been lost or the agent removed.
        if (answer !== 'current') await this.upstream.put(row.agentId, state);
      });
      return { ok: true, syncedAt: (await this.registrations.noteSync()).toISOString() };
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run('registry', work);
  }

  /** Whether it has registered at the registry that is configured now. */
  async isRegisteredNow(): Promise<boolean> {
    const row = await this.registrations.find();
    return row !== null && this.isRegistered(row);
  }

  private async tell(
    context: RequestContext,
    before: RegistrationEntity,
    wanted: RegistrationEntity,
  ): Promise<void> {
    const state = await this.state(wanted);
    await this.reporting(() => this.upstream.put(wanted.agentId, state));
    const now = new Date();
    const after = {
      ...wanted,
      registryUrl: this.config.REGISTRY_URL,
      registeredAt: this.isRegistered(before) ? before.registeredAt : now,
      syncedAt: now,
      error: null,
    };
    await this.changes.commit(context, this.isRegistered(before) ? before : null, after);
  }

  /** Keeps why the registry could not be told, for the status. */
  private async reporting(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof AppError) await this.registrations.noteFailure(error.message);
      throw error;
    }
  }

  private async registered(): Promise<RegistrationEntity> {
    this.requireRegistry();
    const row = await this.registrations.find();
    if (row && this.isRegistered(row)) return row;
    throw new Conflict(
      'not_registered',
      'This server has not registered at its registry yet: POST /api/registry/register first.',
    );
  }

  private requireRegistry(): void {
    if (this.config.REGISTRY_URL === '') throw notConfigured();
  }

  private isRegistered({ registryUrl, registeredAt }: RegistrationEntity): boolean {
    return registeredAt !== null && registryUrl === this.config.REGISTRY_URL;
  }

  private told(row: RegistrationEntity | null): Told {
    const { AGENT_NAME, PUBLIC_URL } = this.config;
    const endpoint = row?.endpoint ?? (PUBLIC_URL || null);
    return { name: row?.name ?? AGENT_NAME, endpoint, uri: row?.uri ?? endpoint };
  }

  private async state(row: RegistrationEntity): Promise<AgentState> {
    const plugins = await this.plugins.list();
    const heartbeatInterval = this.config.REGISTRY_SYNC_INTERVAL;
    return { ...this.told(row), version: VERSION, heartbeatInterval, plugins };
  }
}
