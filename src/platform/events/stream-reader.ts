import { once } from 'node:events';
import type { Response } from 'express';
import type { AppEvent } from './event-map.js';

const PAGE = 500;
/** A client that takes nothing for so long is cut off, in milliseconds. */
const STALL_MS = 5_000;

/** Where a stream gets its events from, and how it shows them. */
export interface EventFeed {
  /** The next events after `lastId`, oldest first, at most `limit`; `ended` when there will be no more. */
  after(lastId: string, limit: number): Promise<{ events: readonly AppEvent[]; ended: boolean }>;
  /** Name and data of one event as the client sees it. */
  present(event: AppEvent): { name: string; data: object } | Promise<{ name: string; data: object }>;
}

/**
 * Sends one client what it has not seen, in order. Reading the table again on every notification, rather than
 * forwarding it, is what makes gaps and duplicates impossible; a page is read when the one before was taken, so
 * that a slow client costs no memory.
 */
export class StreamReader {
  private reading = false;
  private again = false;

  constructor(
    private readonly feed: EventFeed,
    private readonly response: Response,
    private lastId: string,
  ) {}

  /** Sends all there is; what comes while it runs is sent too. */
  async catchUp(): Promise<void> {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.again && this.writable) {
        this.again = false;
        const { events, ended } = await this.feed.after(this.lastId, PAGE);
        if (events.length === PAGE) this.again = true;
        for (const event of events) await this.send(event);
        if (ended) {
          this.response.end();
          return;
        }
        if (this.response.writableNeedDrain)
          await once(this.response, 'drain', { signal: AbortSignal.timeout(STALL_MS) });
      }
    } catch {
      // Too slow, gone, or the database is away: broken off, so that nobody takes it for the end.
      this.response.destroy();
    } finally {
      this.reading = false;
    }
  }

  private get writable(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  private async send(event: AppEvent): Promise<void> {
    this.lastId = event.id;
    const { name, data } = await this.feed.present(event);
    if (this.writable)
      this.response.write(`id: ${event.id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
