import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardedClient } from '../support/guarded-client.js';
import { type Origin, httpOrigin } from '../support/origin.js';

const REFUSED = expect.objectContaining({ code: 'destination_refused', status: 422 });

describe('server-side request forgery', () => {
  let origin: Origin;
  let seen: IncomingMessage[];
  let reachedAs: string | undefined;
  let answer: (req: IncomingMessage, res: ServerResponse) => void;

  beforeEach(async () => {
    seen = [];
    answer = (_req, res) => res.end('secret');
    origin = await httpOrigin((req, res) => {
      seen.push(req);
      reachedAs = req.socket.localAddress;
      answer(req, res);
    });
  });
  afterEach(() => origin.close());

  it.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0',
    '0.0.0.0',
    '１２７.０.０.１',
    '%31%32%37.0.0.1',
    'localhost',
    'LOCALHOST.',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1%25lo]',
  ])('does not reach this machine as %s', async (host) => {
    await expect(guardedClient([]).fetchBytes(`http://${host}:${origin.port}/`)).rejects.toEqual(REFUSED);
    expect(seen).toHaveLength(0);
  });

  it.each(['127.0.0.1', '127.0.0.1/32', '127.0.0.0/8'])('reaches it when %s is listed', async (entry) => {
    const { bytes, status, finalUrl } = await guardedClient([entry]).fetchBytes(`${origin.url}/x#y`);
    expect([bytes.toString(), status, finalUrl]).toEqual(['secret', 200, `${origin.url}/x`]);
  });

  it('reaches a listed name wherever it points, under its own Host', async () => {
    const client = guardedClient(['files.internal'], {}, { resolver: () => Promise.resolve(['127.0.0.1']) });
    await client.fetchBytes(`http://Files.Internal.:${origin.port}/`);
    expect(seen[0]?.headers.host).toBe(`files.internal:${origin.port}`);
  });

  it('names the host and the way to permit it, but not what it resolves to', async () => {
    const client = guardedClient([], {}, { resolver: () => Promise.resolve(['10.11.12.13']) });
    const failure = await client
      .fetchBytes('http://intranet.example/')
      .catch((error: Error) => error.message);
    expect(failure).toContain('add "intranet.example" to OUTBOUND_ALLOW');
    expect(failure).not.toContain('10.11');
  });

  it.each([
    ['file:///etc/passwd'],
    ['ftp://127.0.0.1/'],
    ['http://user:pass@127.0.0.1/'],
    ['http://user@127.0.0.1/'],
    ['//127.0.0.1/'],
    [''],
  ])('refuses the URL "%s" even to a listed host', async (url) => {
    await expect(guardedClient(['127.0.0.1']).fetchBytes(url)).rejects.toEqual(REFUSED);
  });

  it('refuses a redirect to a private address', async () => {
    answer = (_req, res) => res.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    await expect(guardedClient(['127.0.0.1']).fetchBytes(origin.url)).rejects.toEqual(REFUSED);
  });

  it('refuses a redirect to another name for a private address', async () => {
    answer = (_req, res) => res.writeHead(307, { location: `http://inside.example:${origin.port}/` }).end();
    const resolver = (name: string) => Promise.resolve([name === 'inside.example' ? '127.0.0.1' : '1.1.1.1']);
    const client = guardedClient(['files.internal'], {}, { resolver });
    const listed = guardedClient(['127.0.0.1'], {}, { resolver });
    await expect(client.fetchBytes(`http://inside.example:${origin.port}/`)).rejects.toEqual(REFUSED);
    expect(seen).toHaveLength(0);
    answer = (req, res) => {
      if (req.url === '/end') res.end('followed');
      else res.writeHead(307, { location: `http://inside.example:${origin.port}/end` }).end();
    };
    expect((await listed.fetchBytes(origin.url)).bytes.toString()).toBe('followed');
  });

  it('refuses a name with one private address among public ones', async () => {
    const client = guardedClient([], {}, { resolver: () => Promise.resolve(['1.1.1.1', '127.0.0.1']) });
    await expect(client.fetchBytes(`http://mixed.example:${origin.port}/`)).rejects.toEqual(REFUSED);
    expect(seen).toHaveLength(0);
  });

  it('asks the resolver once and connects to what was checked, whatever it would say next', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    let asked = 0;
    const resolver = () => Promise.resolve(answers[asked++] ?? []);
    const client = guardedClient(['127.0.0.1'], {}, { resolver });
    await client.fetchBytes(`http://rebind.example:${origin.port}/`);
    expect(asked).toBe(1);
    expect(reachedAs).toBe('127.0.0.1');
    await expect(client.fetchBytes(`http://rebind.example:${origin.port}/`)).rejects.toEqual(REFUSED);
    expect(seen).toHaveLength(1);
  });

  it('gives up on a circle of redirects after five', async () => {
    answer = (_req, res) => res.writeHead(302, { location: '/again' }).end();
    await expect(guardedClient(['127.0.0.1']).fetchBytes(origin.url)).rejects.toEqual(
      expect.objectContaining({ code: 'download_failed', reason: 'invalid' }),
    );
    expect(seen).toHaveLength(6);
  });

  it('keeps credentials to the origin they are for', async () => {
    const other = await httpOrigin((req, res) => {
      seen.push(req);
      res.end();
    });
    answer = (_req, res) => res.writeHead(302, { location: other.url }).end();
    const headers = { Authorization: 'Bearer x', Cookie: 'c', Accept: 'a/b', Host: 'evil.example' };
    await guardedClient(['127.0.0.1']).fetchBytes(origin.url, { headers });
    await other.close();
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer x', cookie: 'c', accept: 'a/b' });
    expect(seen[0]?.headers.host).toBe(`127.0.0.1:${origin.port}`);
    expect(seen[1]?.headers).toEqual({
      accept: 'a/b',
      'accept-encoding': 'identity',
      connection: 'close',
      host: `127.0.0.1:${other.port}`,
      'user-agent': 'plugboard',
    });
  });
});
