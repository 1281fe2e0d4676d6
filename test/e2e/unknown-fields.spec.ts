import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Answer, Client } from '../support/http.js';
import { shownRequests } from '../support/operations.js';
import { at, type Changed, failure, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

/** Routes that clients of other servers call, with fields that only those servers know. */
const CALLED_BY_OTHERS = [
  'createPlugin',
  'updatePlugin',
  'patchPlugin',
  'installPlugin',
  'uninstallPlugin',
  'syncPlugin',
  'reinjectPlugin',
  'toggleCorePlugin',
  'registerAtRegistry',
  'updateRegistryUri',
  'RegisterPlugin',
];
const STRICT = { prefer: 'handling=strict' };
const UNKNOWN = 'releaseStream';
const requests = [...new Map(shownRequests().map((request) => [request.id, request])).values()];
const withBody = requests.filter(({ body }) => body !== undefined);

let server: TestServer;
let api: Client;
beforeAll(async () => {
  server = await TestServer.start();
  api = server.client();
  await api.post(PLUGINS, { name: 'given' });
});
afterAll(() => server.stop());

const send = (method: string, target: string, body: object, headers = {}): Promise<Answer> =>
  api[method as keyof Client](target, body, headers);

it.each(withBody.map((request) => [request.id, request] as const))(
  '%s refuses unknown fields where it is ours alone, or where that is preferred',
  async (id, { method, target, body }) => {
    const given = { ...(body as object), [UNKNOWN]: 'latest' };
    const refused = [400, 'field_invalid', UNKNOWN];
    expect(failure(await send(method, target, given, STRICT))).toEqual(refused);
    if (!CALLED_BY_OTHERS.includes(id)) expect(failure(await send(method, target, given))).toEqual(refused);
  },
);

it.each(CALLED_BY_OTHERS)('%s names the field that was meant', async (id) => {
  const { method, target, body } = withBody.find((request) => request.id === id) ?? {};
  const [[field, value] = ['', true]] = Object.entries((body as object | undefined) ?? {});
  const known = field === '' ? (id === 'reinjectPlugin' ? 'purge' : 'upstream') : field;
  const typo = known.slice(0, 1) + known.slice(2);
  const answer = await send(method ?? '', target ?? '', { ...(body as object), [typo]: value });
  expect(failure(answer)).toEqual([400, 'field_invalid', typo]);
  expect(answer.text).toContain(`Did you mean \\"${known}\\"?`);
});

it('lists the fields that it ignores, and does the rest', async () => {
  const { status, body } = await api.put<Changed & { warnings: unknown }>(at('given'), {
    order: 7,
    [UNKNOWN]: 'latest',
    isActive: true,
  });
  expect([status, body.plugin.order]).toEqual([200, 7]);
  expect(body.warnings).toEqual([
    {
      code: 'field_ignored',
      field: UNKNOWN,
      message: `${UNKNOWN} is not a field of this request and was ignored`,
    },
  ]);
  const again = await api.put<Changed>(at('given'), { order: 7 });
  expect(again.body).not.toHaveProperty('warnings');
});

it('lists them again with the answer to a repeated key', async () => {
  const key = { 'idempotency-key': 'unknown-fields' };
  const first = await api.post(PLUGINS, { name: 'keyed', [UNKNOWN]: 1 }, key);
  const second = await api.post(PLUGINS, { name: 'keyed', [UNKNOWN]: 1 }, key);
  expect([first.status, second.body]).toEqual([201, first.body]);
  expect(first.body).toHaveProperty('warnings');
});

it('takes enable for enabled everywhere', async () => {
  const { body } = await api.post<Changed>(PLUGINS, { name: 'synonym', path: 'hello.mjs', enable: true });
  expect(body.plugin.enabled).toBe(true);
  expect((await api.put<Changed>(at('synonym'), { enable: false })).body.plugin.enabled).toBe(false);
  expect((await api.patch<Changed>(at('synonym'), { enable: true })).body.plugin.enabled).toBe(true);
  expect((await api.put(at('synonym'), { enable: false, enabled: false })).status).toBe(200);
  const both = await api.put(at('synonym'), { enable: false, enabled: true });
  expect(failure(both)).toEqual([400, 'field_invalid', 'enable']);
  const toggled = await api.post('/api/plugins/core/toggle', { name: 'bootstrap', enable: false });
  expect(toggled.text).toContain('Core plugins cannot be disabled');
  const installed = await api.post('/api/plugins/install', { name: 'No Name', enabled: true });
  expect(failure(installed)).toEqual([400, 'package_name_invalid', 'name']);
});

it('makes no key of a request that misspells its limits', async () => {
  for (const typo of [{ scope: ['plugins:read'] }, { expires: '2030-01-01T00:00:00Z' }]) {
    const answer = await api.post('/api/auth/virtual-keys', { name: 'limited', ...typo });
    expect(failure(answer)).toEqual([400, 'field_invalid', Object.keys(typo)[0]]);
  }
  expect((await api.get('/api/auth/virtual-keys')).text).not.toContain('limited');
});
