import { Injectable } from '@nestjs/common';
import { eventFrame } from './event-frame.js';
import type { AppEvent } from './event-map.js';
import { EventRepository } from './event.repository.js';
import type { EventQueryDto } from './event.dto.js';
import type { EventFeed } from './stream-reader.js';

/** Makes streams of everything that happens, or of some of it: what a client does not want is left out in memory. */
@Injectable()
export class EventFeeds {
  private readonly frames = new WeakMap<AppEvent, Buffer>();

  constructor(private readonly events: EventRepository) {}

  of({ types, plugin }: EventQueryDto): EventFeed {
    return {
      read: (position, limit) => this.events.after(position, limit),
      wants: ({ type, data }) =>
        (types === undefined || types.includes(type)) &&
        (plugin === undefined || ('pluginId' in data && data.pluginId === plugin)),
      frame: (event) => this.frame(event),
      isLast: () => false,
    };
  }

  private frame(event: AppEvent): Buffer {
    const known = this.frames.get(event);
    if (known) return known;
    const made = eventFrame(event, event);
    this.frames.set(event, made);
    return made;
  }
}
