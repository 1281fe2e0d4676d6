import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Got {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}

/** Without fetch's good manners. */
function send(
  method: string,
  path: string,
  headers: object = {},
  chunks: (string | Buffer)[] = [],
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, ...headers },
    });
    outgoing.once('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    outgoing.once('error', reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const KEYS = '/api/auth/virtual-keys';
const codeOf = ({ text }: Got): unknown => (JSON.parse(text) as { error: { code: unknown } }).error.code;

describe('bodies', () => {
  it('beyond 1 MiB are refused without a length too, and the server goes on', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const got = await send('POST', KEYS, JSON_TYPE, ['{"name":"', ...Array<string>(40).fill(chunk), '"}']);
    expect([got.status, codeOf(got)]).toEqual([413, 'body_too_large']);
    expect((await send('GET', '/health/live')).status).toBe(200);
  });

  it('that unpack beyond 1 MiB are refused', async () => {
    const bomb = gzipSync(`{"name":"${'x'.repeat(50 * 2 ** 20)}"}`);
    const got = await send('POST', KEYS, { ...JSON_TYPE, 'content-encoding': 'gzip' }, [bomb]);
    expect([got.status, codeOf(got)]).toEqual([413, 'body_too_large']);
  });

  it.each([
    ['an unknown encoding', { 'content-encoding': 'zip' }, 415],
    ['an unknown charset', { 'content-type': 'application/json; charset=klingon' }, 415],
    ['a broken gzip', { 'content-encoding': 'gzip' }, 400],
  ])('with %s are refused', async (_name, headers, status) => {
    const got = await send('POST', KEYS, { ...JSON_TYPE, ...headers }, ['{"name":"x"}']);
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text)).toMatchObject({
      status_code: status,
      extra_fields: { request_type: 'createVirtualKey' },
    });
  });
});

describe('methods', () => {
  it.each(['/health/live', '/api/plugins', '/api/events', '/nothing'])(
    'HEAD %s ends without a body',
    async (path) => {
      const got = await send('HEAD', path);
      expect(got.status).toBe(path === '/nothing' ? 404 : 200);
      expect(got.text).toBe('');
    },
  );

  it('OPTIONS is unknown: no other site may call us from a browser', async () => {
    const got = await send('OPTIONS', '/api/plugins', { authorization: '', origin: 'https://other.example' });
    expect([got.status, codeOf(got)]).toEqual([404, 'route_not_found']);
    expect(got.headers['access-control-allow-origin']).toBeUndefined();
  });
});

it('nothing internal is told, whatever is asked', async () => {
  const long = 'x'.repeat(5_000);
  const asked = [
    await send('GET', `/api/plugins/${long}`),
    await send('GET', '/api/audit?cursor=999999999999999999999'),
    await send('GET', '/api/audit?limit=1e9&cursor=-1'),
    await send('GET', `/api/audit?target[]=a&target[]=b`),
    await send('GET', '/api/events?once=true&lastEventId=99999999999999999999'),
    await send('GET', '/api/events?once=true&lastEventId=a&lastEventId=b'),
    await send('DELETE', `${KEYS}/${'%F0%9F%92%A5'.repeat(40)}`),
    await send('DELETE', `${KEYS}/00000000-0000-0000-0000-000000000000`),
    await send('POST', KEYS, JSON_TYPE, ['{"name":"\\ud800","scopes":["plugins:read"]}']),
    await send('POST', KEYS, JSON_TYPE, ['{"name":"x","expiresAt":"9999999-01-01T00:00:00Z"}']),
    await send('POST', KEYS, JSON_TYPE, ['{"name":"y","expiresAt":"2030-13-45"}']),
  ];
  for (const { status, text } of asked) {
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/node_modules|\.js:\d|select |\/tmp\/|\/src\//i);
  }
});
