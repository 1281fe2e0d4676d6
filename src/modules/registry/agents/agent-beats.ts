import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AgentsRepository } from './agents.repository.js';

interface Batch {
  readonly agentIds: Set<string>;
  readonly digests: Promise<Map<string, string>>;
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

  /** Notes that an agent lives. @returns the digest of what is known of it; undefined when it is not known */
  async beat(agentId: string): Promise<string | undefined> {
    this.gathering ??= this.begin();
    const { agentIds, digests } = this.gathering;
    agentIds.add(agentId);
    return (await digests).get(agentId);
  }

  private begin(): Batch {
    const agentIds = new Set<string>();
    const digests = this.written
      .then(() => nextTurn())
      .then(() => {
        this.gathering = null;
        return this.agents.beat([...agentIds]);
      });
    this.written = digests.catch(() => undefined);
    return { agentIds, digests };
  }
}
