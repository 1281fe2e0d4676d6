import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { proxyFor, type ProxySettings } from '../../src/platform/http/outbound/proxy.js';
import type { GuardedClient } from '../../src/platform/http/outbound/guarded.client.js';
import { guardedClient } from '../support/guarded-client.js';
import { httpOrigin, httpsOrigin, type Origin } from '../support/origin.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
const ca = fixture('localhost.crt');
const unresolved = (): Promise<string[]> =>
  Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
const refused = expect.objectContaining({ code: 'destination_refused' });

describe('downloads through a proxy', () => {
  let origin: Origin;
  let secure: Origin;
  let proxy: Server;
  let port: number;
  /** What the proxy was asked for. */
  let asked: string[];
  let credentials: (string | undefined)[];
  let status: number;

  beforeEach(async () => {
    [asked, credentials, status] = [[], [], 200];
    origin = await httpOrigin((incoming, response) => {
      if (incoming.url === '/inside') response.writeHead(302, { location: 'http://10.0.0.1/x' }).end();
      else response.end(`${incoming.headers.host} ${String(incoming.headers['proxy-authorization'])}`);
    });
    secure = await httpsOrigin({ key: fixture('localhost.key'), cert: ca }, (_incoming, response) => {
      response.end('secure');
    });
    proxy = createServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      credentials.push(incoming.headers['proxy-authorization']);
      const path = new URL(incoming.url ?? '').pathname;
      const onward = request(
        { port: origin.port, path, headers: { host: incoming.headers.host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        },
      );
      onward.end();
    });
    proxy.on('connect', (incoming, socket) => {
      asked.push(`CONNECT ${incoming.url}`);
      credentials.push(incoming.headers['proxy-authorization']);
      if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      const onward = connect(secure.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      // A tunnel is no connection of the server's any more, so it ends with either side.
      for (const end of [onward, socket])
        end
          .on('error', () => undefined)
          .on('close', () => [onward, socket].forEach((side) => side.destroy()));
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    port = (proxy.address() as AddressInfo).port;
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    await Promise.all([origin.close(), secure.close(), new Promise((done) => proxy.close(done))]);
  });

  const client = (resolver = unresolved, more: ProxySettings = {}): GuardedClient => {
    const url = `http://user:p%40ss@127.0.0.1:${port}`;
    const proxies = { HTTP_PROXY: url, HTTPS_PROXY: url, ...more };
    return guardedClient(['localhost'], {}, { ca, resolver, proxies });
  };
  const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;

  it('asks the proxy for http addresses, with its credentials, which go no further', async () => {
    const { bytes } = await client().fetchBytes('http://files.example/a.tgz');
    expect(bytes.toString()).toBe('files.example undefined');
    expect([asked, credentials]).toEqual([['GET http://files.example/a.tgz'], [basic]]);
  });

  it('has the proxy connect to https addresses, and checks their certificates', async () => {
    const { bytes } = await client().fetchBytes('https://localhost/a.tgz');
    expect(bytes.toString()).toBe('secure');
    expect([asked, credentials]).toEqual([['CONNECT localhost:443'], [basic]]);
    await expect(client().fetchBytes('https://other.example/a.tgz')).rejects.toMatchObject({
      reason: 'invalid',
    });
  });

  it.each([
    ['a private address', 'http://10.0.0.1/x', unresolved],
    ['a private address over TLS', 'https://[::1]/x', unresolved],
    ['a name for one', 'http://inside.example/x', () => Promise.resolve(['10.0.0.1'])],
    [
      'a name with one among others',
      'https://inside.example/x',
      () => Promise.resolve(['93.184.216.34', '127.0.0.1']),
    ],
  ])('does not ask the proxy for %s', async (_what, url, resolver) => {
    await expect(client(resolver).fetchBytes(url)).rejects.toEqual(refused);
    expect(asked).toEqual([]);
  });

  it('follows no redirect to a private address', async () => {
    await expect(client().fetchBytes('http://files.example/inside')).rejects.toEqual(refused);
    expect(asked).toEqual(['GET http://files.example/inside']);
  });

  it('reaches what NO_PROXY lists directly, and checks it as ever', async () => {
    const direct = client(() => Promise.resolve(['127.0.0.1']), {
      NO_PROXY: ['localhost', '.inside.example'],
    });
    const { bytes } = await direct.fetchBytes(`http://localhost:${origin.port}/`);
    expect(bytes.toString()).toBe(`localhost:${origin.port} undefined`);
    await expect(direct.fetchBytes('http://a.inside.example/')).rejects.toEqual(refused);
    expect(asked).toEqual([]);
  });

  it('says that the proxy refused', async () => {
    status = 403;
    const failed = client().fetchBytes('https://files.example/a.tgz');
    await expect(failed).rejects.toThrow(/The proxy 127\.0\.0\.1:\d+ answered 403 for "files\.example:443"/);
  });
});

describe('proxyFor', () => {
  const of = (url: string, ...NO_PROXY: string[]): string | undefined =>
    proxyFor(new URL(url), { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:2', NO_PROXY })?.host;

  it.each([
    ['http://a.example/', [], 'p:1'],
    ['https://a.example/', [], 'q:2'],
    ['https://a.example/', ['*'], undefined],
    ['https://a.example/', ['a.example'], undefined],
    ['https://b.a.example/', ['a.example'], undefined],
    ['https://b.a.example/', ['.a.example'], undefined],
    ['https://b.a.example/', ['*.a.example'], undefined],
    ['https://ba.example/', ['a.example'], 'q:2'],
    ['https://a.example:8443/', ['a.example:443'], 'q:2'],
    ['https://a.example/', ['a.example:443'], undefined],
    ['http://127.0.0.1/', ['127.0.0.1'], undefined],
    ['http://[::1]:80/', ['[::1]:80'], undefined],
    ['http://a.example/', [''], 'p:1'],
  ])('%s with NO_PROXY=%j: %s', (url, list, proxy) => {
    expect(of(url, ...list)).toBe(proxy);
  });
});
