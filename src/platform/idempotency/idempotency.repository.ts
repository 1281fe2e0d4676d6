import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../database/transaction.js';
import { Conflict } from '../http/errors.js';
import type { Claim } from '../http/request.js';
import { IS_ALIVE } from '../nodes/node.repository.js';

const KEPT_HOURS = 24;
/** Whether the server that works on a request still does: the same process, with signs of life. */
const IS_WORKED_ON = `exists (select from node
  where node.id = idempotency.node_id and node.started_at = idempotency.node_started_at and ${IS_ALIVE})`;

/** A server process, as nodes are recorded. */
export interface NodeLife {
  id: string;
  startedAt: Date;
}

export interface IdempotencyRecord {
  requestHash: string;
  /** The sealed answer; null where there is none yet, or never will be. */
  answer: string | null;
  /** The first change that was made for it. */
  work: string | null;
  /** Whether its server is at it. */
  isWorkedOn: boolean;
}

/** Owns the table of answers that are given again. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes a request that nobody has had, or whose server has died before it changed anything.
   * @returns the claim when it is ours to work on now, else what is recorded
   */
  async claim(id: string, requestHash: string, node: NodeLife): Promise<Claim | IdempotencyRecord> {
    const claim = randomUUID();
    const claimed = await this.dataSource.query<unknown[]>(
      `insert into idempotency (id, request_hash, claim, node_id, node_started_at) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set request_hash = excluded.request_hash, claim = excluded.claim,
         node_id = excluded.node_id, node_started_at = excluded.node_started_at,
         answer = null, work = null, created_at = now()
       where idempotency.created_at < now() - make_interval(hours => $6)
          or (idempotency.answer is null and idempotency.work is null and not ${IS_WORKED_ON})
       returning id`,
      [id, requestHash, claim, node.id, node.startedAt, KEPT_HOURS],
    );
    if (claimed.length > 0) return { id, claim };
    const rows = await this.dataSource.query<IdempotencyRecord[]>(
      `select request_hash as "requestHash", answer, work, ${IS_WORKED_ON} as "isWorkedOn"
       from idempotency where id = $1`,
      [id],
    );
    return rows[0] ?? this.claim(id, requestHash, node);
  }

  async complete({ id, claim }: Claim, answer: string): Promise<void> {
    await this.dataSource.query('update idempotency set answer = $3 where id = $1 and claim = $2', [
      id,
      claim,
      answer,
    ]);
  }

  /** Lets others work on a request that has changed nothing; one that has is not done again. */
  async release({ id, claim }: Claim): Promise<void> {
    await this.dataSource.query(
      `with given_up as (update idempotency set node_id = null where id = $1 and claim = $2 and work is not null)
       delete from idempotency where id = $1 and claim = $2 and work is null`,
      [id, claim],
    );
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query(
      `delete from idempotency where created_at < now() - make_interval(hours => $1)`,
      [KEPT_HOURS],
    );
  }
}

/**
 * Notes a change in the transaction that makes it, so that the request is never carried out twice.
 * @throws Conflict `idempotency_in_progress` where another server has taken the request, having thought this one dead
 */
export async function noteWork(tx: Tx, { id, claim }: Claim, work: string): Promise<void> {
  const [rows] = await tx.query<[unknown[], number]>(
    'update idempotency set work = coalesce(work, $3) where id = $1 and claim = $2 returning id',
    [id, claim, work],
  );
  if (rows.length > 0) return;
  throw new Conflict(
    'idempotency_in_progress',
    'Another server has taken this request over: this one was silent for too long. Try again in a moment.',
    'Idempotency-Key',
  );
}
