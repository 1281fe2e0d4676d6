import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { EventBus } from './event-bus.js';
import type { AppEvent } from './event-map.js';
import { EventRepository } from './event.repository.js';

const PAGE = 500;
/** The newest events that are kept in memory; who is further behind reads the table. */
const WINDOW = 1_000;
/** Followers that are woken in one turn of the event loop: requests are answered in between. */
const SLICE = 50;
/** Time between two tries to read while the database is away, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Reads new events once for the whole process: one query for each announced batch, however many streams are open, and
 * none while there is no stream. Streams read from the window of the newest events that it keeps, each from its own
 * position. Because the window is read from the table in the order of ids, a stream that changes from the table to the
 * window misses nothing and gets nothing twice. Emits each `event` that it reads, also those that were missed while the
 * listening connection was away.
 */
@Injectable()
export class EventTail extends EventEmitter<{ event: [AppEvent] }> {
  private window: AppEvent[] = [];
  /** The window has every event after this one. */
  private from = 0;
  private newest = 0;
  private readonly followers = new Set<() => void>();
  private opening: Promise<void> | null = null;
  private isReading = false;
  private isStale = false;

  constructor(
    private readonly events: EventRepository,
    bus: EventBus,
  ) {
    super();
    const wake = (): void => {
      this.isStale = true;
      if (!this.isReading && this.followers.size > 0) void this.read();
    };
    bus.on('event', wake).on('missed', wake);
  }

  /** Id of the newest event that is known. */
  get position(): number {
    return this.newest;
  }

  /** Returns the events after `position`, oldest first; null where the window does not reach back so far. */
  after(position: number): readonly AppEvent[] | null {
    if (position >= this.newest) return [];
    if (position < this.from) return null;
    return this.window.slice(this.window.findLastIndex(({ id }) => Number(id) <= position) + 1);
  }

  /**
   * Calls `wake` whenever there are new events.
   * @returns what ends that
   */
  async follow(wake: () => void): Promise<() => void> {
    this.followers.add(wake);
    const leave = (): void => {
      this.followers.delete(wake);
      if (this.followers.size === 0) this.opening = null;
    };
    this.opening ??= this.open();
    try {
      await this.opening;
    } catch (error) {
      this.opening = null;
      leave();
      throw error;
    }
    return leave;
  }

  /** Begins at the newest event, with an empty window. */
  private async open(): Promise<void> {
    const newest = await this.events.newestId();
    this.window = [];
    this.from = this.newest = newest;
    // What was announced while that was read, before anybody could be woken for it.
    this.isStale = true;
    if (!this.isReading) void this.read();
  }

  private async read(): Promise<void> {
    this.isReading = true;
    for (this.isStale = true; this.isStale && this.followers.size > 0;) {
      this.isStale = false;
      const { window } = this;
      try {
        const events = await this.events.after(this.newest, PAGE);
        // Opened anew meanwhile, perhaps further back: these would leave a gap.
        if (window !== this.window) continue;
        if (events.length === PAGE) this.isStale = true;
        this.append(events);
        if (events.length > 0) await this.wakeFollowers();
      } catch {
        await delay(RETRY_MS, undefined, { ref: false });
        this.isStale = true;
      }
    }
    this.isReading = false;
  }

  private append(events: readonly AppEvent[]): void {
    this.window.push(...events);
    this.newest = Number(events.at(-1)?.id ?? this.newest);
    for (const event of events) this.emit('event', event);
    if (this.window.length < 2 * WINDOW) return;
    const dropped = this.window.splice(0, this.window.length - WINDOW);
    this.from = Number(dropped.at(-1)?.id ?? this.from);
  }

  private async wakeFollowers(): Promise<void> {
    let woken = 0;
    for (const wake of [...this.followers]) {
      wake();
      if (++woken % SLICE === 0) await nextTurn();
    }
  }
}
