import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { isUniqueViolation } from '../../platform/database/unique-violation.js';
import { Transactions, type Tx } from '../../platform/database/transaction.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { BadRequest, Conflict, Forbidden, NotFound } from '../../platform/http/errors.js';
import type { Actor, RequestContext } from '../../platform/http/request.js';
import { DEFAULT_SCOPES, type GrantedScope, mayPassOn } from '../../platform/http/scopes.js';
import type {
  CreateTokenDto,
  CreateVirtualKeyDto,
  NewVirtualKeyDto,
  TokenDto,
  VirtualKeyDto,
  VirtualKeyListDto,
} from './auth.dto.js';
import { hashKey, KEY_PREFIX, keyVersion } from './authenticator.js';
import { TokenCache } from './token-cache.js';
import { TokenKeys, VIRTUAL_KEY } from './token-keys.js';
import type { VirtualKeyEntity } from './virtual-key.entity.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';

const DEFAULT_TOKEN_SECONDS = 900;

const CHANGES = { 'key.create': 'created', 'key.rotate': 'rotated', 'key.revoke': 'revoked' } as const;

interface KeyChange {
  action: keyof typeof CHANGES;
  keyId: string;
  before: VirtualKeyDto | null;
  after: VirtualKeyDto | null;
}

/** Makes, lists, rotates and revokes virtual keys. Nobody can hand out more than they hold themselves. */
@Injectable()
export class VirtualKeyService {
  constructor(
    private readonly keys: VirtualKeyRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditRepository,
    private readonly bus: EventBus,
    private readonly tokens: TokenKeys,
    private readonly cache: TokenCache,
  ) {}

  async create(context: RequestContext, dto: CreateVirtualKeyDto): Promise<NewVirtualKeyDto> {
    const scopes = [...new Set(dto.scopes ?? DEFAULT_SCOPES)];
    mustHold(context.actor, scopes);
    const asked = dto.expiresAt === undefined ? Infinity : Date.parse(dto.expiresAt);
    if (asked <= Date.now())
      throw new BadRequest('field_invalid', 'expiresAt must lie in the future.', 'expiresAt');
    const end = Math.min(asked, endOf(context.actor));
    const expiresAt = Number.isFinite(end) ? new Date(end) : null;
    const key = newKey();
    const row: VirtualKeyEntity = {
      id: randomUUID(),
      name: dto.name,
      ...stored(key),
      scopes,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
      createdAt: new Date(),
    };
    await this.transactions
      .run(async (tx) => {
        await this.keys.insert(tx, row);
        await this.recordChange(tx, context, {
          action: 'key.create',
          keyId: row.id,
          before: null,
          after: present(row),
        });
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new Conflict('name_taken', `A virtual key named "${dto.name}" is in use already.`, 'name');
      });
    return { ...present(row), key };
  }

  async list(): Promise<VirtualKeyListDto> {
    const keys = (await this.keys.list()).map(present);
    return { keys, count: keys.length };
  }

  async rotate(context: RequestContext, idOrName: string): Promise<NewVirtualKeyDto> {
    const row = await this.find(context.actor, idOrName);
    if ((row.expiresAt?.getTime() ?? Infinity) > endOf(context.actor)) throw outlives(idOrName);
    const key = newKey();
    const next = { ...row, ...stored(key) };
    await this.transactions.run(async (tx) => {
      if (!(await this.keys.replaceHash(tx, row.id, next.hash, next.prefix))) throw unknownKey(idOrName);
      await this.recordChange(tx, context, {
        action: 'key.rotate',
        keyId: row.id,
        before: present(row),
        after: present(next),
      });
    });
    this.cache.forgetKey(row.id);
    return { ...present(next), key };
  }

  async revoke(context: RequestContext, idOrName: string): Promise<void> {
    const row = await this.find(context.actor, idOrName);
    await this.transactions.run(async (tx) => {
      if (!(await this.keys.revoke(tx, row.id))) throw unknownKey(idOrName);
      await this.recordChange(tx, context, {
        action: 'key.revoke',
        keyId: row.id,
        before: present(row),
        after: null,
      });
    });
    this.cache.forgetKey(row.id);
  }

  async createToken({ actor }: RequestContext, dto: CreateTokenDto): Promise<TokenDto> {
    if (dto.key === undefined && actor.kind !== 'virtual_key')
      throw new BadRequest('field_invalid', 'key must name a virtual key, or call with one.', 'key');
    if (dto.key?.startsWith(KEY_PREFIX))
      throw new BadRequest(
        'field_invalid',
        'key is an id or a name; send the key itself as the token.',
        'key',
      );
    if (dto.key !== undefined) mustHold(actor, ['keys:manage']);
    const row = await this.find(actor, dto.key ?? actor.id);
    const life = dto.expiresIn ?? DEFAULT_TOKEN_SECONDS;
    // Not beyond the caller's own token either: a stolen short-lived one must not renew itself for ever.
    const end = Math.min(row.expiresAt?.getTime() ?? Infinity, actor.expiresAt ?? Infinity);
    const seconds = Math.max(1, Math.min(life, Math.floor((end - Date.now()) / 1000)));
    const token = await this.tokens.sign({ sub: row.id, typ: VIRTUAL_KEY, kv: keyVersion(row) }, seconds);
    return { token, tokenType: 'Bearer', expiresAt: new Date(Date.now() + seconds * 1000).toISOString() };
  }

  private async find(actor: Actor, idOrName: string): Promise<VirtualKeyEntity> {
    const row = await this.keys.findInUse(idOrName);
    if (!row) throw unknownKey(idOrName);
    mustHold(actor, row.scopes);
    return row;
  }

  private async recordChange(tx: Tx, context: RequestContext, change: KeyChange): Promise<void> {
    const { action, keyId: targetId, before, after } = change;
    await this.audit.record(tx, context, { action, targetType: 'key', targetId, before, after });
    await this.bus.publish(tx, 'key.changed', { keyId: targetId, change: CHANGES[action] });
  }
}

function newKey(): string {
  return KEY_PREFIX + randomBytes(30).toString('base64url');
}

function stored(key: string): Pick<VirtualKeyEntity, 'hash' | 'prefix'> {
  return { hash: hashKey(key), prefix: key.slice(0, KEY_PREFIX.length + 4) };
}

function mustHold({ scopes }: Actor, wanted: readonly GrantedScope[]): void {
  const missing = wanted.find((scope) => !mayPassOn(scopes, scope));
  if (missing !== undefined)
    throw new Forbidden(
      'scope_missing',
      `This token lacks the scope ${missing}, so it cannot pass it on.`,
      missing,
    );
}

/** When what a caller hands out ends at the latest: no virtual key, and no token of one, makes a key that outlives it. */
function endOf({ kind, expiresAt = Infinity }: Actor): number {
  return kind === 'virtual_key' ? expiresAt : Infinity;
}

function outlives(idOrName: string): Forbidden {
  return new Forbidden(
    'key_outlives_token',
    `The key "${idOrName}" works longer than the token that would replace it. Replace it with the key itself, or as an admin.`,
    'id',
  );
}

function unknownKey(idOrName: string): NotFound {
  return new NotFound('key_not_found', `No virtual key in use has the id or name "${idOrName}".`, 'id');
}

function present(row: VirtualKeyEntity): VirtualKeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
