import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../database/transaction.js';

/** How often a job is tried in all, ends of servers included. */
export const MAX_ATTEMPTS = 3;

/** The queue's own view of a job that a worker has taken. */
export interface QueuedRun {
  id: string;
  attempts: number;
  max_attempts: number;
  locked_by: string | null;
}

/** Knows graphile-worker's SQL interface; its tables are changed through its functions alone. */
@Injectable()
export class JobQueueRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Queues the job if and when `tx` commits.
   * @param lane jobs in it run one after the other
   */
  async add(tx: Tx, kind: string, jobId: string, lane: string | null): Promise<void> {
    await tx.query(
      `select graphile_worker.add_job($1, json_build_object('jobId', $2::text), job_key => $2, max_attempts => $3,
                                      queue_name => $4)`,
      [kind, jobId, MAX_ATTEMPTS, lane],
    );
  }

  async remove(tx: Tx, jobId: string): Promise<void> {
    await tx.query('select graphile_worker.remove_job($1)', [jobId]);
  }

  /** Gives a job back to the queue, for any server to take at once, as if it had not been tried. */
  async release(tx: Tx, run: QueuedRun): Promise<void> {
    await tx.query('select graphile_worker.force_unlock_workers(array[$1::text])', [run.locked_by]);
    await tx.query('select graphile_worker.reschedule_jobs(array[$1::bigint], now(), attempts => $2)', [
      run.id,
      Math.max(run.attempts - 1, 0),
    ]);
  }

  /**
   * Gives back the jobs of workers that have shown no sign of life for `deadMs`; the library itself waits for
   * four hours.
   * @returns how many
   */
  unlockDead(deadMs: number): Promise<number> {
    return this.unlock(
      `greatest(q.locked_at, job.heartbeat_at) < now() - $1 * interval '1 millisecond'`,
      deadMs,
    );
  }

  /** Gives back all that this server runs by the records: for when it runs nothing, as after a crash. */
  unlockOwn(nodeId: string): Promise<number> {
    return this.unlock(`job.state = 'running' and job.node_id = $1`, nodeId);
  }

  /** Removes what is left of jobs that were cancelled in the moment between two tries. */
  async clear(): Promise<void> {
    await this.dataSource.query(
      `select graphile_worker.complete_jobs(array(
         select id from graphile_worker.jobs where locked_by is null and key is null and attempts >= max_attempts))`,
    );
  }

  /** Ids of jobs that nobody runs and nobody will. */
  async exhausted(): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `select job.id from graphile_worker.jobs q join job on job.id::text = q.key
       where q.locked_by is null and q.attempts >= q.max_attempts`,
    );
    return rows.map(({ id }) => id);
  }

  /** Ids of jobs that have waited for `goneMs`, each for a server of its own that is not in the fleet. */
  async forGone(goneMs: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `select job.id from graphile_worker.jobs q join job on job.id::text = q.key
       where q.locked_by is null and q.updated_at < now() - $1 * interval '1 millisecond'
         and q.task_identifier like '%@%'
         and not exists (select from node where node.id = split_part(q.task_identifier, '@', 2))`,
      [goneMs],
    );
    return rows.map(({ id }) => id);
  }

  private async unlock(condition: string, parameter: string | number): Promise<number> {
    const dead = await this.dataSource.query<{ worker: string }[]>(
      `select q.locked_by as worker from graphile_worker.jobs q left join job on job.id::text = q.key
       where q.locked_by is not null and ${condition}`,
      [parameter],
    );
    if (dead.length > 0)
      await this.dataSource.query('select graphile_worker.force_unlock_workers($1::text[])', [
        dead.map(({ worker }) => worker),
      ]);
    return dead.length;
  }
}
