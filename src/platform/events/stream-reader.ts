import { once } from 'node:events';
import type { Response } from 'express';
import type { AppEvent } from './event-map.js';
import type { EventRepository } from './event.repository.js';

const PAGE = 500;
/** A client that takes nothing for so long is cut off, in milliseconds. */
const STALL_MS = 5_000;

/**
 * Sends one client what it has not seen, in order. Reading the table again on every notification, rather than
 * forwarding it, is what makes gaps and duplicates impossible; a page is read when the one before was taken, so
 * that a slow client costs no memory.
 */
export class StreamReader {
  private reading = false;
  private again = false;

  constructor(
    private readonly events: EventRepository,
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
        const page = await this.events.after(this.lastId, PAGE);
        if (page.length === PAGE) this.again = true;
        for (const event of page) this.send(event);
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

  private send(event: AppEvent): void {
    this.lastId = event.id;
    if (this.writable)
      this.response.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
}
