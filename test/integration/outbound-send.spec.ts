import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GuardedClient } from '../../src/platform/http/outbound/guarded.client.js';
import { httpOrigin, type Origin } from '../support/origin.js';

const CONFIG = { OUTBOUND_ALLOW: [], OUTBOUND_MAX_BYTES: 10_000, OUTBOUND_TIMEOUT: 5_000 };

interface Seen {
  method: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

describe('sending what changes something', () => {
  const origins: Origin[] = [];
  afterEach(async () => {
    await Promise.all(origins.splice(0).map((origin) => origin.close()));
  });

  /** A server that answers `status` and keeps what it was sent. */
  const receiving = async (
    status: number,
    headers: Record<string, string> = {},
  ): Promise<[string, Seen[]]> => {
    const seen: Seen[] = [];
    const origin = await httpOrigin((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({
          method: request.method,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        });
        response.writeHead(status, headers).end('{}');
      });
    });
    origins.push(origin);
    return [origin.url, seen];
  };

  it('sends JSON whole, with its length and the headers given', async () => {
    const [url, seen] = await receiving(200);
    const client = GuardedClient.reaching(url, CONFIG);
    const json = { text: 'ü'.repeat(1000) };
    const headers = { authorization: 'Bearer x', 'content-length': '1' };
    const { status, bytes } = await client.send(`${url}/a`, { method: 'PUT', json, headers });
    expect([status, bytes.toString()]).toEqual([200, '{}']);
    const body = JSON.stringify(json);
    expect(seen).toMatchObject([{ method: 'PUT', body, headers: { authorization: 'Bearer x' } }]);
    expect(seen[0]?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect with %i', async (status) => {
    const [there, seenThere] = await receiving(200);
    const [url] = await receiving(status, { location: there });
    const sent = GuardedClient.reaching(url, CONFIG).send(url, { method: 'POST', json: {} });
    await expect(sent).rejects.toMatchObject({ code: 'download_failed', httpStatus: status });
    expect(seenThere).toEqual([]);
  });

  it('reaches the private host of the URL that was configured, and no other', async () => {
    const [url, seen] = await receiving(200);
    const other = new GuardedClient(CONFIG);
    await expect(other.send(url, { method: 'DELETE' })).rejects.toMatchObject({
      code: 'destination_refused',
    });
    const elsewhere = GuardedClient.reaching('http://registry.example', CONFIG);
    await expect(elsewhere.send(url, { method: 'DELETE' })).rejects.toMatchObject({
      code: 'destination_refused',
    });
    await GuardedClient.reaching(url, CONFIG).send(url, { method: 'DELETE' });
    expect(seen.map(({ method, body }) => [method, body])).toEqual([['DELETE', '']]);
  });
});
