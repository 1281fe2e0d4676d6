import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { Overload } from '../http/limits/overload.js';
import type { Actor } from '../http/request.js';
import { Metrics } from '../metrics/metrics.service.js';
import { EventBus } from './event-bus.js';
import { EventRepository } from './event.repository.js';
import { type EventFeed, StreamReader } from './stream-reader.js';

const KEEP_ALIVE_MS = 15_000;
/** The longest time that setTimeout knows. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Server-sent events to one client: first what it missed, from the table, then what happens. A stream ends with
 * the token that opened it, and with the server; the client comes back with Last-Event-ID and misses nothing.
 */
@Injectable()
export class EventStream implements BeforeApplicationShutdown {
  private readonly open = new Map<Response, Actor>();
  private stopping = false;
  /** Everything that happens. */
  private readonly everything: EventFeed = {
    after: async (lastId, limit) => ({ events: await this.events.after(lastId, limit), ended: false }),
    present: (event) => ({ name: event.type, data: event }),
  };

  constructor(
    private readonly bus: EventBus,
    private readonly events: EventRepository,
    private readonly metrics: Metrics,
    private readonly overload: Overload,
  ) {
    bus.on('event', (event) => {
      if (event.type === 'key.changed') this.endWhere((actor) => actor.id === event.data.keyId);
    });
    bus.on('missed', () => this.endWhere((actor) => actor.kind === 'virtual_key'));
  }

  /**
   * Streams until the client leaves, or the feed ends.
   * @param lastId id of the last event the client has seen; null starts with what happens next
   * @param feed what to stream; everything that happens, unless told otherwise
   */
  async stream(
    response: Response,
    actor: Actor,
    lastId: string | null,
    feed: EventFeed = this.everything,
  ): Promise<void> {
    const reader = await this.begin(response, lastId, feed);
    if (response.destroyed || this.stopping) return void response.end();
    const wake = (): void => void reader.catchUp();
    const keepAlive = setInterval(() => response.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    const left = Math.min((actor.expiresAt ?? Infinity) - Date.now(), MAX_TIMER_MS);
    const expiry = setTimeout(() => response.end(), left);
    this.bus.on('event', wake).on('missed', wake);
    this.open.set(response, actor);
    this.overload.leave(response);
    this.metrics.eventStreams.set(this.open.size);
    response.once('close', () => {
      clearInterval(keepAlive);
      clearTimeout(expiry);
      this.bus.off('event', wake).off('missed', wake);
      this.open.delete(response);
      this.metrics.eventStreams.set(this.open.size);
    });
    wake();
  }

  /** Streams what has already happened after `lastId`, then ends. */
  async replay(response: Response, lastId: string | null, feed: EventFeed = this.everything): Promise<void> {
    const reader = await this.begin(response, lastId, feed);
    await reader.catchUp();
    response.end();
  }

  /** Before the HTTP server waits for its connections: these would never end by themselves. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    this.endWhere(() => true);
  }

  private async begin(response: Response, lastId: string | null, feed: EventFeed): Promise<StreamReader> {
    const reader = new StreamReader(feed, response, lastId ?? (await this.events.newestId()));
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    return reader;
  }

  private endWhere(chosen: (actor: Actor) => boolean): void {
    for (const [response, actor] of this.open) if (chosen(actor)) response.end();
  }
}
