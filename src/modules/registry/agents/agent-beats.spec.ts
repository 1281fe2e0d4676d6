import { describe, expect, it } from '@jest/globals';
import { AgentBeats } from './agent-beats.js';
import type { AgentsRepository, Beat } from './agents.repository.js';

/** As long as a batch that may be sent takes to be sent. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
};

/** A table whose every write waits until the test lets it end. */
class HeldTable {
  readonly batches: string[][] = [];
  private readonly ends: ((failure?: Error) => void)[] = [];

  beat(beats: Beat[]): ReturnType<AgentsRepository['beat']> {
    const ids = beats.map(({ agentId }) => agentId);
    this.batches.push(ids);
    const told = (id: string): [string, { digest: string; owner: string }] => [
      id,
      { digest: `of ${id}`, owner: 'me' },
    ];
    return new Promise((resolve, reject) => {
      this.ends.push((failure) => (failure ? reject(failure) : resolve(new Map(ids.map(told)))));
    });
  }

  /** Ends the oldest write. @returns once the next one, if any, has begun */
  async end(failure?: Error): Promise<void> {
    this.ends.shift()?.(failure);
    await turns();
  }
}

const open = (): {
  table: HeldTable;
  beat: (agentId: string, caller?: string) => Promise<string | undefined>;
} => {
  const table = new HeldTable();
  const beats = new AgentBeats(table as unknown as AgentsRepository);
  return { table, beat: (agentId, caller = 'me') => beats.beat({ agentId, caller }) };
};

describe('heartbeats', () => {
  it('that come while one is written go together in the next, each agent once', async () => {
    const { table, beat } = open();
    const first = beat('a');
    await turns();
    const others = [beat('b'), beat('c'), beat('b')];
    await table.end();
    expect(await first).toBe('of a');
    await table.end();
    expect(await Promise.all(others)).toEqual(['of b', 'of c', 'of b']);
    expect(table.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('that have come already go together, with nothing under way', async () => {
    const { table, beat } = open();
    const answers = [beat('a'), beat('b')];
    await turns();
    await table.end();
    expect(await Promise.all(answers)).toEqual(['of a', 'of b']);
    expect(table.batches).toEqual([['a', 'b']]);
  });

  it('of somebody else are not answered', async () => {
    const { table, beat } = open();
    const answers = [beat('a'), beat('a', 'another')];
    await turns();
    await table.end();
    expect(await Promise.all(answers)).toEqual(['of a', undefined]);
  });

  it('fail with the write they were in, and not with the one before', async () => {
    const { table, beat } = open();
    const first = beat('a').catch((error: Error) => error.message);
    await turns();
    const second = beat('a');
    await table.end(new Error('away'));
    expect(await first).toBe('away');
    await table.end();
    expect(await second).toBe('of a');
  });
});
