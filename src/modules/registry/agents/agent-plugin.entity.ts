import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { AgentEntity } from './agent.entity.js';

/** A plugin that an agent says it runs. */
@Entity('agent_plugin')
@Index('agent_plugin_name', ['name', 'version'])
export class AgentPluginEntity {
  @PrimaryColumn({ name: 'agent_id', type: 'text', primaryKeyConstraintName: 'agent_plugin_pk' })
  agentId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'agent_plugin_pk' })
  name: string;

  @ManyToOne(() => AgentEntity, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'agent_id', foreignKeyConstraintName: 'agent_plugin_agent_fk' })
  agent?: AgentEntity;

  @Column({ type: 'text', nullable: true })
  version: string | null;

  @Column({ type: 'text', nullable: true })
  digest: string | null;
}
