import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { EventBus } from './event-bus.js';
import type { AppEvent } from './event-map.js';
import type { EventRepository } from './event.repository.js';
import { EventTail } from './event-tail.js';

/** A table of events that answers when it is told to. */
class SlowTable {
  private readonly waiting: { answer: () => void; query: string }[] = [];
  newest = 0;

  newestId(): Promise<number> {
    const { newest } = this;
    return this.wait('newest', () => newest);
  }

  after(position: number): Promise<AppEvent[]> {
    const ids = Array.from({ length: this.newest - position }, (_, n) => String(position + n + 1));
    return this.wait('after', () => ids.map((id) => ({ id }) as AppEvent));
  }

  /** Lets the oldest such query answer what was there when it was asked. */
  async answer(query: string): Promise<void> {
    const index = this.waiting.findIndex((one) => one.query === query);
    this.waiting.splice(index, 1)[0]?.answer();
    await nextTurn();
  }

  get asked(): number {
    return this.waiting.length;
  }

  private wait<T>(query: string, result: () => T): Promise<T> {
    return new Promise((resolve) => this.waiting.push({ query, answer: () => resolve(result()) }));
  }
}

it('has no gap when it is opened while it still reads for a follower that has left', async () => {
  const [table, bus] = [new SlowTable(), new EventEmitter()];
  const tail = new EventTail(table as unknown as EventRepository, bus as unknown as EventBus);
  const announce = (newest: number): void => {
    table.newest = newest;
    bus.emit('event');
  };
  const first = tail.follow(() => undefined);
  await table.answer('newest');
  await table.answer('after');
  const leave = await first;
  announce(5);
  leave();
  table.newest = 2;
  const second = tail.follow(() => undefined);
  announce(7);
  await table.answer('after');
  await table.answer('newest');
  await second;
  while (table.asked > 0) await table.answer('after');
  expect(tail.after(2)?.map(({ id }) => id)).toEqual(['3', '4', '5', '6', '7']);
});
