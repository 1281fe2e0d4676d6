import { afterEach, describe, expect, it } from '@jest/globals';
import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { guardedClient } from '../support/guarded-client.js';
import { type Origin, httpOrigin, rawOrigin } from '../support/origin.js';

const failure = (code: string, reason?: string): unknown =>
  expect.objectContaining(reason === undefined ? { code } : { code, reason });

describe('limits of a download', () => {
  const opened: Origin[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((origin) => origin.close()));
  });
  const http = async (onRequest: RequestListener): Promise<string> => {
    const origin = await httpOrigin(onRequest);
    opened.push(origin);
    return origin.url;
  };
  const raw = async (onConnection: (socket: Socket) => void): Promise<string> => {
    const origin = await rawOrigin(onConnection);
    opened.push(origin);
    return origin.url;
  };
  const client = guardedClient(['127.0.0.1'], { maxBytes: 1_000 });
  const hasty = guardedClient(['127.0.0.1'], { timeoutMs: 300 });

  it('takes a body of exactly the limit', async () => {
    const url = await http((_req, res) => res.end(Buffer.alloc(1_000)));
    expect((await client.fetchBytes(url)).bytes).toHaveLength(1_000);
  });

  it('refuses a declared length above the limit without reading the body', async () => {
    const url = await http((_req, res) => {
      res.writeHead(200, { 'content-length': 1_001 });
      res.write('x');
    });
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_too_large'));
  });

  it('stops an undeclared body at the limit and hangs up', async () => {
    let gone: Promise<unknown> | undefined;
    const url = await http((_req, res) => {
      gone = once(res, 'close');
      res.write(Buffer.alloc(1_001));
    });
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_too_large'));
    await gone;
  });

  it('lets a caller lower the limit but not raise it', async () => {
    const url = await http((_req, res) => res.end(Buffer.alloc(2_000)));
    await expect(client.fetchBytes(url, { maxBytes: 5_000 })).rejects.toEqual(failure('download_too_large'));
    await expect(guardedClient(['127.0.0.1']).fetchBytes(url, { maxBytes: 1_999 })).rejects.toEqual(
      failure('download_too_large'),
    );
  });

  it.each([
    ['a declared length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'],
  ])('notices a body cut short under %s', async (_framing, text) => {
    const url = await raw((socket) => socket.end(text));
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_failed', 'try_later'));
  });

  it('reads no further than the declared length', async () => {
    const url = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok-and-more'));
    const outcome = await client.fetchBytes(url).then(
      ({ bytes }) => bytes.toString(),
      (error: { code: string }) => error.code,
    );
    expect(['ok', 'download_failed']).toContain(outcome);
  });

  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ])('refuses an answer with %s', async (_what, text) => {
    const url = await raw((socket) => socket.write(text));
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_failed'));
  });

  it('refuses a compressed answer', async () => {
    const zipped = gzipSync(Buffer.alloc(100_000));
    const url = await http((_req, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped));
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_failed', 'invalid'));
  });

  it.each([
    ['connects and says nothing', ''],
    ['drips its headers', 'HTTP/1.1 200 OK\r\nX-Drip: '],
    ['drips its body', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'],
  ])('ends in time when a server %s', async (_how, start) => {
    const url = await raw((socket) => {
      if (start === '') return;
      socket.write(start);
      const drip = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(drip));
    });
    await expect(hasty.fetchBytes(url)).rejects.toEqual(failure('download_timeout'));
  });

  it('counts a resolver that never answers', async () => {
    const resolver = (): Promise<string[]> => new Promise(() => undefined);
    const stuck = guardedClient([], { timeoutMs: 100 }, { resolver });
    await expect(stuck.fetchBytes('http://slow.example/')).rejects.toEqual(failure('download_timeout'));
  });

  it('survives a caller who never reads the body', async () => {
    const url = await http((_req, res) => res.write('x'));
    const { body } = await hasty.fetchStream(url);
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.errored).toEqual(failure('download_timeout'));
  });

  it('leaves no timer and no listener behind', async () => {
    const url = await http((_req, res) => res.end('x'));
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const stop = new AbortController();
    const { body } = await client.fetchStream(url, { signal: stop.signal });
    const closed = once(body, 'close');
    await body.toArray();
    await closed;
    expect(timers()).toBe(before);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  it('passes on the reason of the caller and hangs up', async () => {
    const stop = new AbortController();
    let gone: Promise<unknown> | undefined;
    const url = await http((_req, res) => {
      gone = once(res, 'close');
      res.write('x');
    });
    const { body } = await client.fetchStream(url, { signal: stop.signal });
    const read = body.toArray();
    stop.abort(new Error('changed my mind'));
    await expect(read).rejects.toThrow('changed my mind');
    await gone;
    await expect(client.fetchBytes(url, { signal: stop.signal })).rejects.toThrow('changed my mind');
  });

  it('ends running downloads on close and starts no more', async () => {
    const closing = guardedClient(['127.0.0.1']);
    const url = await http((_req, res) => res.write('x'));
    const { body } = await closing.fetchStream(url);
    const read = body.toArray();
    closing.close();
    await expect(read).rejects.toEqual(failure('shutting_down'));
    await expect(closing.fetchBytes(url)).rejects.toEqual(failure('shutting_down'));
  });

  it.each([
    [404, 'missing'],
    [410, 'missing'],
    [401, 'refused'],
    [403, 'refused'],
    [429, 'try_later'],
    [500, 'try_later'],
    [503, 'try_later'],
    [300, 'invalid'],
  ])('tells status %d as %s', async (status, reason) => {
    const url = await http((_req, res) => res.writeHead(status).end());
    await expect(client.fetchBytes(url)).rejects.toEqual(failure('download_failed', reason));
  });

  it('tells an unreachable server as one to try later, without its address', async () => {
    const origin = await httpOrigin(() => undefined);
    await origin.close();
    const named = guardedClient(['gone.example'], {}, { resolver: () => Promise.resolve(['127.0.0.1']) });
    const error = await named.fetchBytes(`http://gone.example:${origin.port}/`).catch((e: unknown) => e);
    expect(error).toEqual(failure('download_failed', 'try_later'));
    expect(String(error)).not.toContain('127.0.0.1');
  });
});
