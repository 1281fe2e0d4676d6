import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../../config.js';
import { TooManyRequests } from '../http/errors.js';
import { Overload } from '../http/limits/overload.js';
import type { Actor } from '../http/request.js';
import { Metrics } from '../metrics/metrics.service.js';
import { CONFIG } from '../tokens.js';
import { EventBus } from './event-bus.js';
import type { AppEvent } from './event-map.js';
import { EventRepository } from './event.repository.js';
import { EventTail } from './event-tail.js';
import { type EventFeed, StreamReader, type Tail } from './stream-reader.js';

const KEEP_ALIVE_MS = 15_000;
/** The longest time that setTimeout knows. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A client that is refused may try again after this long, in seconds. */
const RETRY_AFTER_S = 5;

/**
 * Server-sent events to one client: first what it missed, from the table, then what happens, from the tail that all
 * streams share. A stream ends with the token that opened it, and with the server; the client comes back with
 * Last-Event-ID and misses nothing. A caller may have so many streams, and the server.
 */
@Injectable()
export class EventStream implements BeforeApplicationShutdown {
  private readonly open = new Map<Response, Actor>();
  private stopping = false;

  constructor(
    bus: EventBus,
    private readonly events: EventRepository,
    private readonly tail: EventTail,
    private readonly metrics: Metrics,
    private readonly overload: Overload,
    @Inject(CONFIG) private readonly limits: Pick<Config, 'STREAMS_PER_CALLER' | 'STREAMS_TOTAL'>,
  ) {
    const endRevoked = (event: AppEvent): void => {
      // A new key's event may come when its first stream is open already.
      if (event.type === 'key.changed' && event.data.change !== 'created')
        this.endWhere((actor) => actor.id === event.data.keyId);
      if (event.type === 'token.revoked') this.endWhere((actor) => actor.jti === event.data.jti);
    };
    bus.on('event', endRevoked);
    // What the bus has missed is read by the tail.
    tail.on('event', endRevoked);
  }

  /**
   * Streams until the client leaves, or the feed ends.
   * @param lastId id of the last event the client has seen; null starts with what happens next
   * @throws TooManyRequests `too_many_streams`
   */
  async stream(response: Response, actor: Actor, lastId: number | null, feed: EventFeed): Promise<void> {
    this.admit(response, actor);
    await this.followTail(response, actor, await this.readerOf(response, lastId, feed), this.tail);
  }

  /**
   * Streams something else than events, under the same limits, until the client leaves.
   * @param source `position` is the id of the last item that is not to be sent
   * @throws TooManyRequests `too_many_streams`
   */
  async streamOther<Item extends { id: string }>(
    response: Response,
    actor: Actor,
    { position, feed, tail }: { position: number; feed: EventFeed<Item>; tail: Tail<Item> },
  ): Promise<void> {
    this.admit(response, actor);
    await this.followTail(response, actor, new StreamReader(feed, response, position), tail);
  }

  private async followTail<Item extends { id: string }>(
    response: Response,
    actor: Actor,
    reader: StreamReader<Item>,
    tail: Tail<Item>,
  ): Promise<void> {
    // It may be woken while it waits for the tail to open: what came until its head is written is sent below.
    const leave = await tail.follow(() => {
      if (response.headersSent) void reader.catchUp(tail);
    });
    response.once('close', leave);
    if (response.destroyed || this.stopping) {
      leave();
      return void response.end();
    }
    begin(response);
    const keepAlive = setInterval(() => response.write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    const left = Math.min((actor.expiresAt ?? Infinity) - Date.now(), MAX_TIMER_MS);
    const expiry = setTimeout(() => response.end(), left);
    this.overload.leave(response);
    response.once('close', () => {
      clearInterval(keepAlive);
      clearTimeout(expiry);
    });
    void reader.catchUp(tail);
  }

  /**
   * Streams what has already happened after `lastId`, then ends.
   * @throws TooManyRequests `too_many_streams`
   */
  async replay(response: Response, actor: Actor, lastId: number | null, feed: EventFeed): Promise<void> {
    this.admit(response, actor);
    const reader = await this.readerOf(response, lastId, feed);
    begin(response);
    await reader.replay();
  }

  /** Before the HTTP server waits for its connections: these would never end by themselves. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    this.endWhere(() => true);
  }

  private admit(response: Response, actor: Actor): void {
    const { STREAMS_PER_CALLER: own, STREAMS_TOTAL: total } = this.limits;
    const isOwn = ({ kind, id }: Actor): boolean => kind === actor.kind && id === actor.id;
    if ([...this.open.values()].filter(isOwn).length >= own)
      throw tooMany(`This caller has ${own} streams open here, the most that STREAMS_PER_CALLER permits.`);
    if (this.open.size >= total)
      throw tooMany(`This server has ${total} streams open, the most that STREAMS_TOTAL permits.`);
    this.open.set(response, actor);
    this.metrics.eventStreams.set(this.open.size);
    response.once('close', () => {
      this.open.delete(response);
      this.metrics.eventStreams.set(this.open.size);
    });
  }

  private async readerOf(
    response: Response,
    lastId: number | null,
    feed: EventFeed,
  ): Promise<StreamReader<AppEvent>> {
    return new StreamReader(feed, response, lastId ?? (await this.events.newestId()));
  }

  private endWhere(chosen: (actor: Actor) => boolean): void {
    for (const [response, actor] of this.open)
      if (!chosen(actor)) continue;
      else if (response.headersSent) response.end();
      // Not begun yet: it must not begin any more.
      else response.destroy();
  }
}

function begin(response: Response): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.write('retry: 1000\n\n');
}

function tooMany(reason: string): TooManyRequests {
  return new TooManyRequests(
    'too_many_streams',
    `${reason} Close one, or follow everything with one stream and pick what you need.`,
    { 'Retry-After': String(RETRY_AFTER_S) },
  );
}
