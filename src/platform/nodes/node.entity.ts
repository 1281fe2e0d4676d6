import { Column, Entity, PrimaryColumn } from 'typeorm';

export const NODE_STATES = ['live', 'draining', 'dead'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** One server process of the fleet. It is here from its start until it stops in order, or some time after its death. */
@Entity('node')
export class NodeEntity {
  /** Made once and kept in the data folder. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'node_pk' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  /** Release that it runs. */
  @Column({ type: 'text' })
  version: string;

  @Column({ type: 'text' })
  state: NodeState;

  @Column({ name: 'started_at', type: 'timestamptz', default: () => 'now()' })
  startedAt: Date;

  @Column({ name: 'heartbeat_at', type: 'timestamptz', default: () => 'now()' })
  heartbeatAt: Date;
}
