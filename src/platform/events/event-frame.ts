import type { AppEvent } from './event-map.js';

/** Serializes an event as it goes over the wire: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventFrame({ id, type }: AppEvent, data: object): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
