import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Work that the fleet does once per period: when it is due, and who had it last. */
@Entity('scheduled_work')
export class ScheduledWorkEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'scheduled_work_pk' })
  name: string;

  /** When it may be begun again: the end of its period, or of the lease of whoever does it now. */
  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt: Date;

  @Column({ name: 'node_id', type: 'text' })
  nodeId: string;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt: Date | null;
}
