import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Response } from 'express';
import type { AppEvent } from './event-map.js';
import { EventBus } from './event-bus.js';
import { EventRepository } from './event.repository.js';

const PAGE = 500;
const KEEP_ALIVE_MS = 15_000;
/** A reader that lets this much pile up is cut off; it comes back with Last-Event-ID and misses nothing. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/**
 * Server-sent events to one client: first what it missed, from the table, then what happens. Reading the table
 * again on every notification (rather than forwarding it) is what makes gaps and duplicates impossible.
 */
@Injectable()
export class EventStream implements OnApplicationShutdown {
  private readonly open = new Set<Response>();

  constructor(
    private readonly bus: EventBus,
    private readonly events: EventRepository,
  ) {}

  /**
   * Streams until the client leaves.
   * @param lastId id of the last event the client has seen; null starts with what happens next
   */
  async stream(response: Response, lastId: string | null): Promise<void> {
    const reader = await this.begin(response, lastId);
    const wake = (): void => void reader.catchUp();
    const keepAlive = setInterval(() => response.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    this.bus.on('event', wake).on('missed', wake);
    this.open.add(response);
    response.once('close', () => {
      clearInterval(keepAlive);
      this.bus.off('event', wake).off('missed', wake);
      this.open.delete(response);
    });
    wake();
  }

  /** Streams what has already happened after `lastId`, then ends. */
  async replay(response: Response, lastId: string | null): Promise<void> {
    const reader = await this.begin(response, lastId);
    await reader.catchUp();
    response.end();
  }

  private async begin(response: Response, lastId: string | null): Promise<StreamReader> {
    const reader = new StreamReader(this.events, response, lastId ?? (await this.events.newestId()));
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    return reader;
  }

  onApplicationShutdown(): void {
    for (const response of this.open) response.end();
  }
}

class StreamReader {
  private reading = false;
  private again = false;

  constructor(
    private readonly events: EventRepository,
    private readonly response: Response,
    private lastId: string,
  ) {}

  async catchUp(): Promise<void> {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.again && !this.response.writableEnded) {
        this.again = false;
        const page = await this.events.after(this.lastId, PAGE);
        for (const event of page) this.send(event);
        if (page.length === PAGE) this.again = true;
      }
    } catch {
      this.response.end();
    } finally {
      this.reading = false;
    }
  }

  private send(event: AppEvent): void {
    this.lastId = event.id;
    this.response.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (this.response.writableLength > MAX_BACKLOG_BYTES) this.response.destroy();
  }
}
