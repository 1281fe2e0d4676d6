import { describe, expect, it } from '@jest/globals';
import { AgentBeats } from './agent-beats.js';
import type { AgentsRepository } from './agents.repository.js';

/** As long as a batch that may be sent takes to be sent. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
};

/** A table whose every write waits until the test lets it end. */
class HeldTable {
  readonly batches: string[][] = [];
  private readonly ends: ((failure?: Error) => void)[] = [];

  beat(ids: string[]): Promise<Map<string, string>> {
    this.batches.push(ids);
    return new Promise((resolve, reject) => {
      this.ends.push((failure) =>
        failure ? reject(failure) : resolve(new Map(ids.map((id) => [id, `of ${id}`]))),
      );
    });
  }

  /** Ends the oldest write. @returns once the next one, if any, has begun */
  async end(failure?: Error): Promise<void> {
    this.ends.shift()?.(failure);
    await turns();
  }
}

const open = async (): Promise<{ table: HeldTable; beats: AgentBeats }> => {
  const table = new HeldTable();
  return { table, beats: new AgentBeats(table as unknown as AgentsRepository) };
};

describe('heartbeats', () => {
  it('that come while one is written go together in the next, each agent once', async () => {
    const { table, beats } = await open();
    const first = beats.beat('a');
    await turns();
    const others = [beats.beat('b'), beats.beat('c'), beats.beat('b')];
    await table.end();
    expect(await first).toBe('of a');
    await table.end();
    expect(await Promise.all(others)).toEqual(['of b', 'of c', 'of b']);
    expect(table.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('that have come already go together, with nothing under way', async () => {
    const { table, beats } = await open();
    const answers = [beats.beat('a'), beats.beat('b')];
    await turns();
    await table.end();
    expect(await Promise.all(answers)).toEqual(['of a', 'of b']);
    expect(table.batches).toEqual([['a', 'b']]);
  });

  it('fail with the write they were in, and not with the one before', async () => {
    const { table, beats } = await open();
    const first = beats.beat('a').catch((error: Error) => error.message);
    await turns();
    const second = beats.beat('a');
    await table.end(new Error('away'));
    expect(await first).toBe('away');
    await table.end();
    expect(await second).toBe('of a');
  });
});
