import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const CONSOLE = 'https://console.example';

describe('scripts of another origin', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { CORS_ORIGINS: `${CONSOLE}, http://localhost:3000` } });
    await server.client().post(PLUGINS, { name: 'p' });
  });
  afterAll(() => server.stop());

  const call = (path: string, origin: string, init: RequestInit = {}): Promise<Response> =>
    fetch(server.url + path, {
      ...init,
      headers: {
        authorization: `Bearer ${server.token}`,
        origin,
        ...(init.headers as Record<string, string>),
      },
    });
  const ask = (origin: string, method = 'PUT'): Promise<Response> =>
    call(at('p'), origin, {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    });

  it.each([CONSOLE, 'http://localhost:3000'])('may call where the settings list it: %s', async (origin) => {
    const preflight = await ask(origin);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    for (const name of ['Authorization', 'If-Match', 'Idempotency-Key', 'Prefer', 'X-Milady-Token'])
      expect(preflight.headers.get('access-control-allow-headers')?.split(', ')).toContain(name);
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    const found = await call(at('p'), origin);
    expect([found.status, found.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    expect(found.headers.get('vary')).toContain('Origin');
    for (const name of ['ETag', 'Link', 'Location', 'Retry-After', 'Idempotency-Replayed', 'X-Request-Id'])
      expect(found.headers.get('access-control-expose-headers')?.split(', ')).toContain(name);
  });

  it('read errors too, of every kind', async () => {
    for (const [path, init, status] of [
      [at('none'), {}, 404],
      ['/nowhere', {}, 404],
      [PLUGINS, { headers: { authorization: 'Bearer wrong' } }, 401],
      [PLUGINS, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ] as const) {
      const refused = await call(path, CONSOLE, init);
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([status, CONSOLE]);
    }
  });

  it.each([
    'https://console.example.evil.example',
    'http://console.example',
    'https://console.example:8443',
    'null',
  ])('may not call where they do not: %s', async (origin) => {
    for (const response of [await ask(origin), await call(at('p'), origin)]) {
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('vary')).toContain('Origin');
    }
    expect((await ask(origin)).status).not.toBe(204);
  });

  it.each([
    '*',
    'null',
    'https://console.example/',
    'https://Console.example',
    'ftp://console.example',
    'console.example',
  ])('are not let in by an entry that is no origin: %s', async (CORS_ORIGINS) => {
    const failed = TestServer.start({ env: { CORS_ORIGINS } });
    await expect(failed).rejects.toThrow(/CORS_ORIGINS must be origins such as https:\/\/console\.example/);
  });
});

it('scripts of another origin may not call unless the settings say so', async () => {
  const server = await TestServer.start();
  const headers = { origin: CONSOLE, 'access-control-request-method': 'GET' };
  const responses = [
    await fetch(server.url + PLUGINS, { method: 'OPTIONS', headers }),
    await fetch(server.url + PLUGINS, {
      headers: { origin: CONSOLE, authorization: `Bearer ${server.token}` },
    }),
  ];
  await server.stop();
  expect(responses.map(({ headers: got }) => got.get('access-control-allow-origin'))).toEqual([null, null]);
  expect(responses[0]?.status).not.toBe(204);
});
