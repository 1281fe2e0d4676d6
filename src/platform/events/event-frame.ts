/** Serializes an event, or anything like it, as it goes over the wire: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventFrame({ id, type }: { id: string; type: string }, data: object): Buffer {
  return Buffer.from(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
