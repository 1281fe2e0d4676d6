import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, client } from '../support/http.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const KEYS = '/api/auth/virtual-keys';

/** Unknown routes are not in openapi.yaml, so their answers are looked at here alone. */
async function raw(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    ...init,
    headers: { authorization: `Bearer ${server.token}`, ...(init.headers as Record<string, string>) },
  });
}

const failures: [
  name: string,
  status: number,
  code: string,
  operation: string,
  send: () => Promise<Answer>,
][] = [
  ['bad JSON', 400, 'bad_json', 'createVirtualKey', () => server.client().post(KEYS, '{"name":', JSON_TYPE)],
  ['a list', 400, 'body_not_object', 'createVirtualKey', () => server.client().post(KEYS, [1])],
  ['a text', 400, 'body_not_object', 'createVirtualKey', () => server.client().post(KEYS, '"x"', JSON_TYPE)],
  ['null', 400, 'body_not_object', 'createVirtualKey', () => server.client().post(KEYS, 'null', JSON_TYPE)],
  ['no body', 400, 'body_not_object', 'createVirtualKey', () => server.client().post(KEYS)],
  [
    'a body of another type',
    400,
    'body_not_object',
    'createVirtualKey',
    () => server.client().post(KEYS, 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  ['a wrong type', 400, 'field_invalid', 'createVirtualKey', () => server.client().post(KEYS, { name: 7 })],
  ['U+0000', 400, 'field_invalid', 'createVirtualKey', () => server.client().post(KEYS, { name: 'a\0b' })],
  [
    'U+0000 in a query',
    400,
    'field_invalid',
    'listAudit',
    () => server.client().get('/api/audit?target=%00'),
  ],
  ['no token', 401, 'token_missing', 'listVirtualKeys', () => client(server.url).get(KEYS)],
  [
    'no token, bad body',
    401,
    'token_missing',
    'createVirtualKey',
    () => client(server.url).post(KEYS, '{', JSON_TYPE),
  ],
  ['an unknown key', 404, 'key_not_found', 'revokeVirtualKey', () => server.client().delete(`${KEYS}/none`)],
  [
    'a long body',
    413,
    'body_too_large',
    'createVirtualKey',
    () => server.client().post(KEYS, { name: 'x'.repeat(2 ** 20) }),
  ],
  [
    'a forbidden key',
    422,
    'config_key_forbidden',
    'createVirtualKey',
    () => server.client().post(KEYS, '{"name":"x","__proto__":{}}', JSON_TYPE),
  ],
];

describe.each(failures)('%s', (...[, status, code, operation, send]) => {
  it(`is a ${status} in the documented shape`, async () => {
    const { status: got, body, headers } = await send();
    expect(got).toBe(status);
    const id = headers.get('x-request-id');
    expect(body).toMatchObject({
      ok: false,
      event_id: id,
      is_bifrost_error: true,
      status_code: status,
      error: { code, event_id: id },
      extra_fields: { provider: '', model_requested: '', request_type: operation },
    });
    expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
  });
});

describe('an error', () => {
  it('is RFC 9457 for who asks for it', async () => {
    const { headers, body } = await server
      .client()
      .post(KEYS, { name: 7 }, { accept: 'application/problem+json' });
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: 'urn:plugboard:error:field_invalid',
      status: 400,
      code: 'field_invalid',
    });
  });

  it.each(['*/*', 'application/json', 'text/html', 'application/json, application/problem+json;q=0.5'])(
    'is the default shape for Accept: %s',
    async (accept) => {
      const { body } = await server.client().post(KEYS, { name: 7 }, { accept });
      expect(body).toMatchObject({ is_bifrost_error: true });
    },
  );

  it.each(['x-milady-client-id', 'x-milady-token'])('has its message as text for %s', async (header) => {
    const answer = await raw('POST', KEYS, { headers: { ...JSON_TYPE, [header]: 'x' }, body: '{"name":7}' });
    const body = (await answer.json()) as { ok: boolean; error: string };
    expect(body.ok).toBe(false);
    expect(body.error).toContain('name');
  });

  it('carries the request id that the caller gave, if it is a usable one', async () => {
    const given = await server
      .client()
      .get(`${KEYS}x`.replace(/x$/, ''), undefined, { 'x-request-id': 'build-1234.5' });
    expect(given.headers.get('x-request-id')).toBe('build-1234.5');
    const bad = await server
      .client()
      .delete(`${KEYS}/none`, undefined, { 'x-request-id': 'no spaces please' });
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('an address that is not there', () => {
  it.each([
    ['GET', '/nothing'],
    ['POST', '/api/nothing'],
    ['DELETE', '/health/live'],
    ['PATCH', '/api/auth/whoami'],
    ['PUT', '/api/plugins'],
    ['GET', '/api//plugins/a/b/c'],
  ])('%s %s is a 404 in the documented shape', async (method, path) => {
    const answer = await raw(method, path);
    expect(answer.status).toBe(404);
    const body = (await answer.json()) as object;
    expect(body).toMatchObject({ status_code: 404, error: { code: 'route_not_found' } });
  });

  it('is a 404 problem for who asks for one', async () => {
    const answer = await raw('GET', '/nothing', { headers: { accept: 'application/problem+json' } });
    expect(await answer.json()).toMatchObject({ status: 404, code: 'route_not_found' });
  });

  it.each(['/api/plugins/%E0%A4%A', '/api/plugins/%', '/%ff'])('%s is refused', async (path) => {
    const answer = await raw('GET', path);
    expect([400, 404]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ is_bifrost_error: true, status_code: answer.status });
  });
});

it.each([
  ['plugins/install', {}, "name is required: the request must include 'name'."],
  ['plugins/uninstall', {}, "name is required: the request must include 'name'."],
  ['plugins', {}, "name is required: the request must include 'name'."],
  [
    'plugins/core/toggle',
    { enabled: true },
    "The request must include 'name' (or 'npmName'): that of a core plugin.",
  ],
  ['plugins/install', { name: 'x', version: 5 }, 'version must be a string.'],
  ['auth/virtual-keys', { name: 'x', scopes: 'admin' }, 'scopes must be an array.'],
])('%s with %j is told what it should be first of all', async (path, body, message) => {
  const answer = await server.client().post(`/api/${path}`, body);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'field_invalid', message } } });
});
