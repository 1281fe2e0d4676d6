import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { EventStream } from './event-stream.js';

/** A response that fails as Node's does when its head is written after its body. */
class FakeResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  writableNeedDrain = false;
  readonly written: string[] = [];

  writeHead(): void {
    if (this.headersSent) throw new Error('ERR_HTTP_HEADERS_SENT');
    this.headersSent = true;
  }

  write(chunk: string | Buffer): void {
    this.headersSent = true;
    this.written.push(chunk.toString());
  }
}

it('writes nothing before its head, though an event comes while it begins to follow', async () => {
  const event = { id: '1', type: 'key.changed', data: {}, at: '' };
  const tail = Object.assign(new EventEmitter(), {
    position: 1,
    after: (position: number) => (position < 1 ? [event] : []),
    follow: async (wake: () => void) => {
      wake();
      await Promise.resolve();
      return () => undefined;
    },
  });
  const parts = [
    new EventEmitter(),
    { newestId: () => Promise.resolve(0) },
    tail,
    { eventStreams: { set: () => undefined } },
    { leave: () => undefined },
    { STREAMS_PER_CALLER: 1, STREAMS_TOTAL: 1 },
  ] as unknown as ConstructorParameters<typeof EventStream>;
  const feed = {
    read: () => Promise.resolve([]),
    wants: () => true,
    frame: () => Buffer.from('the event'),
    isLast: () => false,
  };
  const response = new FakeResponse();
  const actor = { kind: 'admin', id: 'a', name: 'a', scopes: new Set(), expiresAt: Date.now() + 60_000 };
  const args = [response, actor, 0, feed] as unknown as Parameters<EventStream['stream']>;
  await new EventStream(...parts).stream(...args);
  await new Promise((done) => setImmediate(done));
  response.emit('close');
  expect(response.written).toEqual(['retry: 1000\n\n', 'the event']);
});
