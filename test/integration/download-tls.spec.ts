import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
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

  it('refuses a certificate nobody vouches for', async () => {
    await expect(guardedClient(['127.0.0.1']).fetchBytes(secure.url)).rejects.toEqual(
      expect.objectContaining({ code: 'download_failed', reason: 'invalid' }),
    );
  });

  it('checks certificates although the environment says not to', async () => {
    const program = `
      import { guardedClient } from '${new URL('../support/guarded-client.js', import.meta.url).href}';
      const outcome = guardedClient(['127.0.0.1']).fetchBytes('${secure.url}');
      console.log(await outcome.then(() => 'trusted', (error) => error.reason));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', https_proxy: plain.url, NODE_USE_ENV_PROXY: '1' },
    });
    expect(stdout.trim()).toBe('invalid');
    expect(reached).toBe(0);
  });

  it('does not follow a redirect down to http', async () => {
    const client = guardedClient(['127.0.0.1'], {}, { ca });
    await expect(client.fetchBytes(`${secure.url}/down`)).rejects.toEqual(
      expect.objectContaining({ code: 'destination_refused' }),
    );
    expect(reached).toBe(0);
  });
});
