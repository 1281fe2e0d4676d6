import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import { PostgresListener } from '../database/listener.js';
import type { Tx } from '../database/transaction.js';
import type { AppEvent, EventMap, EventType } from './event-map.js';
import { EventRepository } from './event.repository.js';

/**
 * Tells every server of the fleet what has changed, after the change is committed and in commit order.
 * While the listening connection is away nothing is heard; `missed` is emitted when it is back, so that
 * whoever keeps state on the strength of events reads it again.
 */
@Injectable()
export class EventBus extends EventEmitter<{ event: [AppEvent]; missed: [] }> {
  constructor(
    private readonly events: EventRepository,
    private readonly listener: PostgresListener,
  ) {
    super();
    this.setMaxListeners(0);
    listener.on('message', (payload) => {
      const event = parseEvent(payload);
      if (event) this.emit('event', event);
    });
    listener.on('up', () => this.emit('missed'));
  }

  /** Whether events arrive just now. */
  get listening(): boolean {
    return this.listener.connected;
  }

  /** Announces `type` if and when `tx` commits. Call it as the last thing in the transaction. */
  publish<T extends EventType>(tx: Tx, type: T, data: EventMap[T]): Promise<void> {
    return this.events.append(tx, type, data);
  }
}

function parseEvent(payload: string): AppEvent | null {
  try {
    const event = JSON.parse(payload) as AppEvent;
    return { ...event, at: new Date(event.at).toISOString() };
  } catch {
    return null;
  }
}
