import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EventMap, EventType } from './event-map.js';

@Entity('event')
export class EventEntity {
  @PrimaryColumn({
    type: 'bigint',
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'event_pk',
  })
  id: string;

  @Column({ type: 'text' })
  type: EventType;

  @Column({ type: 'jsonb' })
  data: EventMap[EventType];

  @Index('event_at')
  @Column({ type: 'timestamptz', default: () => 'now()' })
  at: Date;
}
