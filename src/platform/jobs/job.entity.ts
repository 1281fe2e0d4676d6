import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Actor } from '../http/request.js';
import type { JobErrorRecord } from './job-error.js';
import type { JobState } from './job-state.js';

@Entity('job')
@Check('job_percentage_range', 'percentage between 0 and 100')
@Index('job_kind_subject', ['kind', 'subject'])
export class JobEntity {
  /** UUID of version 7: later jobs have greater ids. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'job_pk' })
  id: string;

  @Column({ type: 'text' })
  kind: string;

  /** What it is about, such as the name of a package. */
  @Column({ type: 'text' })
  subject: string;

  @Column({ type: 'json' })
  payload: unknown;

  @Column({ type: 'text', default: 'queued' })
  @Index('job_unfinished', { where: `state in ('queued', 'running')` })
  state: JobState;

  @Column({ type: 'text', default: '' })
  phase: string;

  @Column({ type: 'integer', default: 0 })
  percentage: number;

  @Column({ type: 'text', nullable: true })
  message: string | null;

  @Column({ type: 'json', nullable: true })
  result: object | null;

  @Column({ type: 'json', nullable: true })
  error: JobErrorRecord | null;

  /** How often it was started. What a run writes counts only as long as no later one has begun. */
  @Column({ type: 'integer', default: 0 })
  attempts: number;

  @Column({ name: 'request_id', type: 'text' })
  requestId: string;

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind: Actor['kind'];

  @Column({ name: 'actor_id', type: 'text' })
  actorId: string;

  @Column({ name: 'actor_name', type: 'text' })
  actorName: string;

  /** The server that runs it, or ran it last. */
  @Column({ name: 'node_id', type: 'text', nullable: true })
  nodeId: string | null;

  /** The last sign of life of that server, about this job. */
  @Column({ name: 'heartbeat_at', type: 'timestamptz', nullable: true })
  heartbeatAt: Date | null;

  @Column({ name: 'cancel_requested_at', type: 'timestamptz', nullable: true })
  cancelRequestedAt: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt: Date | null;
}
