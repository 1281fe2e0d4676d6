import { Injectable } from '@nestjs/common';
import { DataSource, In, LessThan, type QueryDeepPartialEntity } from 'typeorm';
import type { Tx } from '../database/transaction.js';
import type { RequestContext } from '../http/request.js';
import { JobEntity } from './job.entity.js';
import { newJobId } from './job-id.js';
import { canBecome, type JobState } from './job-state.js';

/** A job to be done. */
export interface NewJob {
  kind: string;
  subject: string;
  payload: unknown;
  /** Id of the node that alone can do it: what it works with lies on its disk. */
  onServer?: string;
  /** Of the jobs with one word here only one runs at a time, on all servers: they never take the place of others. */
  lane?: string;
}

export interface JobFilter {
  kind?: string;
  state?: JobState;
  subject?: string;
  /** Id of the last job of the page before. */
  cursor?: string;
  limit: number;
}

/** Columns to be written with a step of a job's life. */
export type JobChanges = { [Column in keyof JobEntity]?: JobEntity[Column] | (() => 'now()') };

/** Owns the table of jobs; every step of a job's life goes through `move`, which keeps to the table of states. */
@Injectable()
export class JobRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(
    tx: Tx,
    { actor, requestId }: RequestContext,
    { kind, subject, payload }: NewJob,
  ): Promise<string> {
    const id = newJobId();
    const who = { requestId, actorKind: actor.kind, actorId: actor.id, actorName: actor.name };
    await tx.insert(JobEntity, columns({ id, ...who, kind, subject, payload }));
    return id;
  }

  find(id: string): Promise<JobEntity | null> {
    return this.dataSource.getRepository(JobEntity).findOneBy({ id });
  }

  /** The row, locked until `tx` ends. */
  lock(tx: Tx, id: string): Promise<JobEntity | null> {
    return tx.findOne(JobEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** The newest job about `subject` that has not ended. */
  findOpen(tx: Tx, kind: string, subject: string): Promise<JobEntity | null> {
    const where = { kind, subject, state: In(['queued', 'running']) };
    return tx.findOne(JobEntity, { where, order: { id: 'DESC' } });
  }

  /** Newest first. */
  list({ kind, state, subject, cursor, limit }: JobFilter): Promise<JobEntity[]> {
    return this.dataSource.getRepository(JobEntity).find({
      where: {
        ...(kind !== undefined && { kind }),
        ...(state !== undefined && { state }),
        ...(subject !== undefined && { subject }),
        ...(cursor !== undefined && { id: LessThan(cursor) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /**
   * Takes a job one step further.
   * @param job as `lock` gave it in the same transaction
   * @returns false, with nothing changed, when its state does not allow that
   */
  async move(tx: Tx, job: JobEntity, to: JobState, changes: JobChanges = {}): Promise<boolean> {
    if (!canBecome(job.state, to)) return false;
    await tx.update(JobEntity, { id: job.id }, columns({ ...changes, state: to }));
    return true;
  }

  async requestCancel(tx: Tx, id: string): Promise<void> {
    await tx.update(JobEntity, { id }, { cancelRequestedAt: () => 'now()' });
  }

  /** @returns false when the run is no longer the one that counts */
  async writeProgress(tx: Tx, job: JobEntity, changes: JobChanges): Promise<boolean> {
    const { id, attempts } = job;
    const { affected } = await tx.update(JobEntity, { id, attempts, state: 'running' }, columns(changes));
    return affected === 1;
  }

  /** A sign of life of the run; answers whether it still counts and whether someone wants it to stop. */
  async beat({ id, attempts }: JobEntity): Promise<{ counts: boolean; cancelled: boolean }> {
    const [rows] = await this.dataSource.query<[{ cancelled: boolean }[], number]>(
      `update job set heartbeat_at = now() where id = $1 and attempts = $2 and state = 'running'
       returning cancel_requested_at is not null as cancelled`,
      [id, attempts],
    );
    return { counts: rows.length === 1, cancelled: rows[0]?.cancelled ?? false };
  }
}

/** TypeORM's own type takes JSON columns apart. */
function columns(changes: JobChanges): QueryDeepPartialEntity<JobEntity> {
  return changes as QueryDeepPartialEntity<JobEntity>;
}
