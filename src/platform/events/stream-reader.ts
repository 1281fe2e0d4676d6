import { once } from 'node:events';
import type { Response } from 'express';
import type { AppEvent } from './event-map.js';
import type { EventTail } from './event-tail.js';

const PAGE = 500;
/** A client that takes nothing for so long is cut off, in milliseconds. */
const STALL_MS = 5_000;

/** What a stream is made of, and how it shows it. */
export interface EventFeed {
  /** Reads the next events after `position` from the database, oldest first; may leave out what it does not want. */
  read(position: number, limit: number): Promise<readonly AppEvent[]>;
  wants(event: AppEvent): boolean;
  /** Returns the event as it is sent. The same event is serialized once, for all streams. */
  frame(event: AppEvent): Buffer | Promise<Buffer>;
  /** Whether nothing comes after this event. */
  isLast(event: AppEvent): boolean;
}

/**
 * Sends one client the events that it has not seen, in order. It keeps a position and no events: the next ones come
 * from the tail's window, or from the table where the client is further behind. More is sent when the client has taken
 * what was sent before, so a slow one costs no memory, falls behind, and is cut off when it takes nothing at all.
 */
export class StreamReader {
  private isSending = false;

  constructor(
    private readonly feed: EventFeed,
    private readonly response: Response,
    private position: number,
  ) {}

  /** Sends all there is, to the end of the tail, which must be followed; what comes meanwhile is sent too. */
  async catchUp(tail: EventTail): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.isWritable) {
        const recent = tail.after(this.position);
        if (recent?.length === 0) break;
        if (recent) await this.send(recent);
        else {
          const { position } = tail;
          // The page that is not full has brought all that the tail knew before.
          if (await this.sendPage()) this.position = Math.max(this.position, position);
        }
      }
    } catch {
      this.breakOff();
    } finally {
      this.isSending = false;
    }
  }

  /** Sends what the table has. */
  async replay(): Promise<void> {
    try {
      let isWhole = false;
      while (this.isWritable && !isWhole) isWhole = await this.sendPage();
      this.response.end();
    } catch {
      this.breakOff();
    }
  }

  private get isWritable(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  /** @returns whether that was the last page for now */
  private async sendPage(): Promise<boolean> {
    const events = await this.feed.read(this.position, PAGE);
    await this.send(events);
    return events.length < PAGE;
  }

  private async send(events: readonly AppEvent[]): Promise<void> {
    const { feed, response } = this;
    for (const event of events) {
      if (feed.wants(event)) {
        const frame = await feed.frame(event);
        if (!this.isWritable) return;
        response.write(frame);
        if (feed.isLast(event)) return void response.end();
      }
      this.position = Number(event.id);
      if (response.writableNeedDrain)
        await once(response, 'drain', { signal: AbortSignal.timeout(STALL_MS) });
    }
  }

  /** The client is too slow or gone, or the database is away: broken off, so that nobody takes it for the end. */
  private breakOff(): void {
    this.response.destroy();
  }
}
