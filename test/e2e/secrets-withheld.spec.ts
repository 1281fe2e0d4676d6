import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import { httpOrigin, type Origin } from '../support/origin.js';
import { at, type Changed, failure, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const SECRET = 'sk-live-0123456789';
const NESTED = 'nested-secret-abcdef';
const CONFIG = { api_key: SECRET, mode: 'plain', login: { url: 'https://one.example', password: NESTED } };
/** Gives away what it is given, in a form that no masking finds. */
const TELLING = `
let config;
export const init = (given) => { config = given; };
export const preLLMHook = () => [...JSON.stringify({ config, env: process.env.api_key ?? null })].join(' ');
`;
const sha256 = createHash('sha256').update(TELLING).digest('hex');

let origin: Origin;
let server: TestServer;
let admin: Client;
/** Holds the scopes of a key that was made without naming any. */
let plain: Client;

beforeAll(async () => {
  origin = await httpOrigin((_request, response) => response.end(TELLING));
  server = await TestServer.start({ env: { OUTBOUND_ALLOW: '127.0.0.1' } });
  admin = server.client();
  const { key } = (await admin.post<{ key: string }>('/api/auth/virtual-keys', { name: 'plain' })).body;
  plain = server.client(key);
  for (const name of ['own.mjs', 'other.mjs']) await server.plugin(name, TELLING);
});
afterAll(async () => {
  await server.stop();
  await origin.close();
});

const put = async (client: Client, id: string, body: object): Promise<PluginDto> => {
  const answer = await client.put<Changed>(at(id), body);
  expect([answer.status, answer.text]).toEqual([200, expect.not.stringContaining(SECRET)]);
  return answer.body.plugin;
};
/** What the plugin's code has been given. */
const given = async (id: string): Promise<{ config: object; env: string | null }> => {
  const told = (await hook(admin, id)) as string;
  return JSON.parse([...told].filter((_letter, index) => index % 2 === 0).join('')) as never;
};
const withheld = ({ validationWarnings }: PluginDto): string[] =>
  validationWarnings.map(({ field }) => field);
const create = async (id: string, code: object = { path: 'own.mjs' }): Promise<void> => {
  const body = { name: id, enabled: true, config: CONFIG, ...code };
  expect((await admin.post(PLUGINS, body)).status).toBe(201);
};

describe('code exchanged by somebody who may not see secrets', () => {
  it.each([
    ['another file', () => ({ path: 'other.mjs' })],
    ['an address', () => ({ path: `${origin.url}/telling.mjs`, checksum: sha256 })],
  ])('gets none, where it is %s', async (what, code) => {
    const id = `taken-by-${what.replace(' ', '-')}`;
    await create(id);
    expect(await given(id)).toEqual({ config: CONFIG, env: SECRET });
    const taken = await put(plain, id, code());
    expect(taken).toMatchObject({ configured: false, isActive: false, status: { status: 'uninitialized' } });
    expect(withheld(taken)).toEqual(['config.api_key', 'config.login']);
    expect(taken.validationErrors[0]?.message).toMatch(/secrets:reveal/);
    expect(taken.config).toMatchObject({ api_key: 'sk-l...6789', mode: 'plain' });
    expect(failure(await plain.post(at(id, '/hooks/preLLMHook'), {}))[1]).toBe('plugin_not_active');
    // Nor by way of a test, a mask that comes back, part of a value, or another reload.
    const tested = await plain.post(at(id, '/test'));
    expect(tested.text).not.toContain('"name":"init"');
    await put(plain, id, { config: taken.config });
    await put(plain, id, { config: { login: { url: 'https://two.example', password: 'nest...cdef' } } });
    const patched = await plain.patch<Changed>(at(id), { config: { login: { url: 'https://two.example' } } });
    expect(withheld(patched.body.plugin)).toEqual(['config.api_key', 'config.login']);
    const again = await put(plain, id, { enabled: true });
    expect(withheld(again)).toEqual(['config.api_key', 'config.login']);
    expect(again.configured).toBe(false);
  });

  it('gets what is set anew, whoever sets it', async () => {
    await create('anew');
    await put(plain, 'anew', { path: 'other.mjs' });
    const login = { url: 'https://two.example', password: 'of-my-own' };
    const half = await put(plain, 'anew', { config: { api_key: 'sk-mine-000000' } });
    expect(withheld(half)).toEqual(['config.login']);
    const whole = await put(plain, 'anew', { config: { login } });
    expect(whole).toMatchObject({ configured: true, validationWarnings: [] });
    expect((await given('anew')).config).toEqual({ api_key: 'sk-mine-000000', mode: 'plain', login });
  });

  it('gets them from somebody who may see them: by masks sent back, or by exchanging the code', async () => {
    await create('confirmed');
    const taken = await put(plain, 'confirmed', { path: 'other.mjs' });
    expect(withheld(await put(admin, 'confirmed', { config: { mode: 'other' } }))).toHaveLength(2);
    const { config } = taken;
    expect(await put(admin, 'confirmed', { config: config ?? {} })).toMatchObject({ configured: true });
    expect(await given('confirmed')).toEqual({ config: CONFIG, env: SECRET });
    expect(await put(admin, 'confirmed', { path: 'own.mjs' })).toMatchObject({ configured: true });
    expect(await given('confirmed')).toEqual({ config: CONFIG, env: SECRET });
  });

  it('gives way to the code before, which has them again', async () => {
    await create('returned', { path: `${origin.url}/telling.mjs`, checksum: sha256 });
    await put(plain, 'returned', { path: 'other.mjs' });
    await put(plain, 'returned', { path: 'own.mjs' });
    const back = await put(plain, 'returned', { path: `${origin.url}/telling.mjs`, checksum: sha256 });
    expect(back).toMatchObject({ configured: true, validationWarnings: [] });
    expect(await given('returned')).toEqual({ config: CONFIG, env: SECRET });
  });
});
