import { once } from 'node:events';
import type { Response } from 'express';
import type { AppEvent } from './event-map.js';

const PAGE = 500;
/** A client that takes nothing for so long is cut off, in milliseconds. */
const STALL_MS = 5_000;

/** What a stream sends: ids are whole numbers that grow. */
interface Numbered {
  id: string;
}

/** The newest items, in memory, and news of more. */
export interface Tail<Item extends Numbered = AppEvent> {
  /** Id of the newest item that is known. */
  readonly position: number;
  /** Returns the items after `position`, oldest first; null where it does not reach back so far. */
  after(position: number): readonly Item[] | null;
  /** Calls `wake` whenever there are new items. @returns what ends that */
  follow(wake: () => void): Promise<() => void>;
}

/** What a stream is made of, and how it shows it. */
export interface EventFeed<Item extends Numbered = AppEvent> {
  /** Reads the next events after `position` from where they are kept, oldest first; may leave out what it does not want. */
  read(position: number, limit: number): Promise<readonly Item[]>;
  wants(event: Item): boolean;
  /** Returns the event as it is sent. The same event is serialized once, for all streams. */
  frame(event: Item): Buffer | Promise<Buffer>;
  /** Whether nothing comes after this event. */
  isLast(event: Item): boolean;
}

/**
 * Sends one client the events that it has not seen, in order. It keeps a position and no events: the next ones come
 * from the tail's window, or from the table where the client is further behind. More is sent when the client has taken
 * what was sent before, so a slow one costs no memory, falls behind, and is cut off when it takes nothing at all.
 */
export class StreamReader<Item extends Numbered> {
  private isSending = false;

  constructor(
    private readonly feed: EventFeed<Item>,
    private readonly response: Response,
    private position: number,
  ) {}

  /** Sends all there is, to the end of the tail, which must be followed; what comes meanwhile is sent too. */
  async catchUp(tail: Tail<Item>): Promise<void> {
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

  private async send(events: readonly Item[]): Promise<void> {
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
