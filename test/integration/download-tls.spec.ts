import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { guardedClient } from '../support/guarded-client.js';
import { type Origin, httpOrigin, httpsOrigin } from '../support/origin.js';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
const ca = fixture('localhost.crt');

describe('downloads over TLS', () => {
  let plain: Origin;
  let secure: Origin;
  let reached: number;

  beforeEach(async () => {
    reached = 0;
    plain = await httpOrigin((_req, res) => {
      reached++;
      res.end('plain');
    });
    secure = await httpsOrigin({ key: fixture('localhost.key'), cert: ca }, (req, res) => {
      if (req.url === '/down') res.writeHead(302, { location: plain.url }).end();
      else res.end('secure');
    });
  });
  afterEach(() => Promise.all([plain.close(), secure.close()]));

  it.each(['127.0.0.1', 'localhost'])('checks the certificate against the host %s', async (host) => {
    const client = guardedClient(
      ['127.0.0.1', 'localhost'],
      {},
      { ca, resolver: () => Promise.resolve(['127.0.0.1']) },
    );
    expect((await client.fetchBytes(`https://${host}:${secure.port}/`)).bytes.toString()).toBe('secure');
  });

  it('refuses a certificate for another name', async () => {
    const client = guardedClient(['127.0.0.1'], {}, { ca, resolver: () => Promise.resolve(['127.0.0.1']) });
    await expect(client.fetchBytes(`https://other.example:${secure.port}/`)).rejects.toEqual(
      expect.objectContaining({ code: 'download_failed', reason: 'invalid' }),
    );
  });

  it('refuses a certificate nobody vouches for, whatever the environment says', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(guardedClient(['127.0.0.1']).fetchBytes(secure.url)).rejects.toEqual(
        expect.objectContaining({ code: 'download_failed', reason: 'invalid' }),
      );
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('does not follow a redirect down to http', async () => {
    const client = guardedClient(['127.0.0.1'], {}, { ca });
    await expect(client.fetchBytes(`${secure.url}/down`)).rejects.toEqual(
      expect.objectContaining({ code: 'destination_refused' }),
    );
    expect(reached).toBe(0);
  });
});
