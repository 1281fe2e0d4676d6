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

  destroy(): void {
    this.destroyed = true;
  }

  end(): void {
    this.writableEnded = true;
  }

  write(chunk: string | Buffer): void {
    this.headersSent = true;
    this.written.push(chunk.toString());
  }
}

const event = { id: '1', type: 'key.changed', data: {}, at: '' };

/** Opens a stream of the key `k` to the end; `meanwhile` happens while it begins to follow. */
async function written(meanwhile: (wake: () => void, bus: EventEmitter) => void): Promise<string[]> {
  const bus = new EventEmitter();
  const tail = Object.assign(new EventEmitter(), {
    position: 1,
    after: (position: number) => (position < 1 ? [event] : []),
    follow: async (wake: () => void) => {
      meanwhile(wake, bus);
      await Promise.resolve();
      return () => undefined;
    },
  });
  const parts = [
    bus,
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
  const actor = {
    kind: 'virtual_key',
    id: 'k',
    name: 'k',
    scopes: new Set(),
    expiresAt: Date.now() + 60_000,
  };
  const args = [response, actor, 0, feed] as unknown as Parameters<EventStream['stream']>;
  await new EventStream(...parts).stream(...args);
  await new Promise((done) => setImmediate(done));
  response.emit('close');
  return response.written;
}

it('writes nothing before its head, though an event comes while it begins to follow', async () => {
  expect(await written((wake) => wake())).toEqual(['retry: 1000\n\n', 'the event']);
});

it.each([
  ['goes on when the creation of its key is told late', 'created', ['retry: 1000\n\n', 'the event']],
  ['does not begin when its key is revoked meanwhile', 'revoked', []],
  ['does not begin when its key is rotated meanwhile', 'rotated', []],
])('%s', async (_, change, expected) => {
  const changed = { type: 'key.changed', data: { keyId: 'k', change } };
  expect(await written((_wake, bus) => bus.emit('event', changed))).toEqual(expected);
});
