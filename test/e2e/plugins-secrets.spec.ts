import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  at,
  type Changed,
  failure,
  hook,
  type PluginDto,
  type PluginListDto,
  PLUGINS,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const SECRETS = ['sk-live-0123456789', 'nested-secret-abcdef', 'in-a-list-secret-xyz'];
const [FIRST = '', NESTED = '', LISTED = ''] = SECRETS;
const PRINTING = `
let config;
export const init = (given) => {
  config = given;
  console.log('key is ' + given.API_KEY);
  if (given.mode === 'broken') throw new Error('refused ' + given.API_KEY);
};
export const preLLMHook = () => config;
export const healthCheck = () => ({ ok: config.mode !== 'rejected', message: 'used key: ' + config.API_KEY });
`;
const CONFIG = {
  API_KEY: FIRST,
  mode: 'plain',
  login: { user: 'ada', password: NESTED },
  accounts: [{ name: 'one', token: LISTED }],
};
const MASKED = {
  API_KEY: 'sk-l...6789',
  mode: 'plain',
  login: { user: 'ada', password: 'nest...cdef' },
  accounts: [{ name: 'one', token: 'in-a...-xyz' }],
};

describe('secrets in settings', () => {
  let server: TestServer;
  let api: Client;
  const answers: string[] = [];

  beforeAll(async () => {
    server = await TestServer.start({ env: { LOG_LEVEL: 'trace' } });
    api = server.client();
    await server.plugin('printing.mjs', PRINTING);
    const created = await api.post(PLUGINS, {
      name: 'keeper',
      path: 'printing.mjs',
      enabled: true,
      config: CONFIG,
    });
    expect(created.status).toBe(201);
    answers.push(created.text);
  });
  afterAll(() => server.stop());

  const change = async (config: object): Promise<PluginDto> => {
    const { status, body, text } = await api.put<Changed>(at('keeper'), { config });
    expect(status).toBe(200);
    answers.push(text);
    return body.plugin;
  };
  const given = (): Promise<unknown> => hook(api, 'keeper');

  it('are masked wherever a plugin is answered, and reach the plugin whole', async () => {
    const single = await api.get<PluginDto>(at('keeper'));
    const list = await api.get<PluginListDto>(PLUGINS);
    const filtered = await api.get<PluginListDto>(`${PLUGINS}?q=keeper`);
    const seen = [single.body, list.body.plugins.find(({ id }) => id === 'keeper'), filtered.body.plugins[0]];
    for (const plugin of seen) expect(plugin?.config).toEqual(MASKED);
    const key = single.body.parameters.find((parameter) => parameter.key === 'API_KEY');
    expect(key).toMatchObject({ sensitive: true, isSet: true, currentValue: 'sk-l...6789' });
    expect(single.body.status.logs).toContainEqual(expect.stringContaining('key is '));
    answers.push(single.text, list.text, filtered.text);
    expect(await given()).toEqual(CONFIG);
  });

  it('are kept when their masks are sent back, at any depth, also in the documented example form', async () => {
    const masked = await change({ ...MASKED, mode: 'other' });
    expect(masked.config).toEqual({ ...MASKED, mode: 'other' });
    expect(await given()).toEqual({ ...CONFIG, mode: 'other' });
    await change({ API_KEY: 'sk-****...xxxx', mode: 'plain' });
    expect(await given()).toEqual(CONFIG);
    const patched = await api.patch<Changed>(at('keeper'), {
      config: { login: { user: 'eve', password: '****' } },
    });
    expect(patched.body.plugin.config).toMatchObject({ login: { user: 'eve', password: 'nest...cdef' } });
    answers.push(patched.text);
    expect(await given()).toMatchObject({ login: { user: 'eve', password: NESTED } });
  });

  it('are masked in failures, in tests and while the plugin is off', async () => {
    const refused = await api.put(at('keeper'), { config: { mode: 'broken' } });
    expect(failure(refused)).toEqual([422, 'load_failed', '']);
    const tested = await api.post<{ ok: boolean; message: string }>(at('keeper', '/test'));
    expect(tested.body.ok).toBe(true);
    expect(tested.text).toContain('used key: ');
    await change({ ...MASKED, mode: 'rejected' });
    const failed = await api.post<{ ok: boolean; message: string }>(at('keeper', '/test'));
    expect(failed.body.ok).toBe(false);
    expect(failed.text).toContain('used key: ');
    const disabled = await api.put<Changed>(at('keeper'), { enabled: false });
    expect(disabled.body.plugin.config).toMatchObject({ API_KEY: 'sk-l...6789' });
    answers.push(refused.text, tested.text, failed.text, disabled.text);
  });

  it('are masked in what a plugin prints where they are declared defaults', async () => {
    const declared = { type: 'string', default: 'sk-default-9876543210', sensitive: true };
    const body = { name: 'defaulted', path: 'printing.mjs', enabled: true };
    const configSchema = { type: 'object', properties: { API_KEY: declared } };
    expect((await api.post(PLUGINS, { ...body, configSchema })).status).toBe(201);
    const { status } = (await api.get<PluginDto>(at('defaulted'))).body;
    expect(status.logs).toContain('key is ****');
    expect(status.logs.join('\n')).not.toContain(declared.default);
    await api.delete(at('defaulted'));
  });

  it('are shown to whoever may see them and says why, on record', async () => {
    const asked = { key: 'API_KEY', reason: 'moving it to another account' };
    const shown = await api.post<{ key: string; value: unknown }>(at('keeper', '/reveal'), asked);
    expect(shown.body).toEqual({ key: 'API_KEY', value: FIRST });
    expect(failure(await api.post(at('keeper', '/reveal'), { key: 'API_KEY' }))).toEqual([
      400,
      'field_invalid',
      'reason',
    ]);
    for (const key of ['UNSET', 'constructor', '__proto__'])
      expect(failure(await api.post(at('keeper', '/reveal'), { ...asked, key }))[0]).toBe(404);
    expect((await api.post(at('nobody', '/reveal'), asked)).status).toBe(404);
    const keys = { name: 'writer', scopes: ['plugins:read', 'plugins:write'] };
    const { key: token } = (await api.post<{ key: string }>('/api/auth/virtual-keys', keys)).body;
    expect((await server.client(token).post(at('keeper', '/reveal'), asked)).status).toBe(403);
    const { text } = await api.get('/api/audit?action=plugin.reveal');
    expect(JSON.parse(text)).toMatchObject({ entries: [{ reason: asked.reason, targetId: 'keeper' }] });
    answers.push(text);
  });

  it('are masked in what hooks return, in names and other spellings too, for who may not see them', async () => {
    const source = `
      let key;
      export const init = (given) => { key = given.API_KEY; };
      export const preLLMHook = () => ({
        plain: key, ['x-' + key]: 1, address: 'https://h/?k=' + encodeURIComponent(key),
        body: Buffer.from('{"key":"' + key + '"}').toString('base64'), open: 'as it is',
      });`;
    await server.plugin('echoing.mjs', source);
    const config = { API_KEY: 'se"cret/0123456789' };
    await api.post(PLUGINS, { name: 'echoing', path: 'echoing.mjs', enabled: true, config });
    const scopes = ['plugins:read', 'plugins:write'];
    const asked = { name: 'caller', scopes };
    const { key } = (await api.post<{ key: string }>('/api/auth/virtual-keys', asked)).body;
    const shown = (await hook(server.client(key), 'echoing')) as Record<string, string>;
    expect(shown).toMatchObject({
      plain: '****',
      'x-****': 1,
      address: 'https://h/?k=****',
      open: 'as it is',
    });
    expect(Buffer.from(shown.body ?? '', 'base64').toString()).not.toContain('cret/012345678');
    const revealing = { name: 'revealing', scopes: [...scopes, 'secrets:reveal'] };
    const { key: other } = (await api.post<{ key: string }>('/api/auth/virtual-keys', revealing)).body;
    expect(await hook(server.client(other), 'echoing')).toMatchObject({ plain: config.API_KEY });
    await api.delete(at('echoing'));
  });

  it('stand in no answer, event, audit row or log line', async () => {
    await api.delete(at('keeper'));
    const events = await server.client().get('/api/events?once=true', undefined, { 'last-event-id': '0' });
    const audit = await api.get('/api/audit?limit=100');
    expect(audit.text).toContain('plugin.delete');
    expect(events.text).toContain('plugin.deleted');
    answers.push(events.text, audit.text, server.printed);
    const leaks = answers.flatMap((text) => SECRETS.filter((secret) => text.includes(secret)));
    expect(leaks).toEqual([]);
  });
});
