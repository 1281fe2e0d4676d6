import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AgentsRepository, type Beat } from './agents.repository.js';

interface Batch {
  /** By caller and agent. */
  readonly beats: Map<string, Beat>;
  readonly agents: ReturnType<AgentsRepository['beat']>;
}

/**
 * Takes heartbeats. While one batch of them is being written, the next gathers, and then takes in all whose requests
 * have come already: an agent alone waits for one small statement, and ten thousand for hardly more than one.
 */
@Injectable()
export class AgentBeats {
  private gathering: Batch | null = null;
  private written: Promise<unknown> = Promise.resolve();

  constructor(private readonly agents: AgentsRepository) {}

  /** Notes that an agent lives. @returns the digest of what is known of it; undefined when it is not known, or another's */
  async beat(beat: Beat): Promise<string | undefined> {
    const { agentId, caller } = beat;
    this.gathering ??= this.begin();
    const { beats, agents } = this.gathering;
    beats.set(JSON.stringify([caller, agentId]), beat);
    const agent = (await agents).get(agentId);
    return agent && (caller === null || agent.owner === caller) ? agent.digest : undefined;
  }

  private begin(): Batch {
    const beats = new Map<string, Beat>();
    const agents = this.written
      .then(() => nextTurn())
      .then(() => {
        this.gathering = null;
        return this.agents.beat([...beats.values()]);
      });
    this.written = agents.catch(() => undefined);
    return { beats, agents };
  }
}
