import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  failure,
  type PluginDto,
  type PluginListDto,
  PLUGINS,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const BUNDLED = ['header-policy', 'pii-redactor'];
/** In the order of their code units, which is not how databases sort words. */
const MADE = ['Bravo', 'Zulu', 'alpha', 'twitter', 'éclair'];
const ALL = [...MADE, ...BUNDLED].sort();

describe('listing plugins', () => {
  let server: TestServer;
  let api: Client;

  beforeAll(async () => {
    server = await TestServer.start();
    api = server.client();
    await server.plugin('a.mjs', answering('a'));
    const manifest = {
      name: '@elizaos/plugin-twitter',
      main: 'index.js',
      keywords: ['birds'],
      description: 'Posts',
    };
    await server.plugin(
      'twitter/package.json',
      JSON.stringify({ ...manifest, plugboard: { category: 'social' } }),
    );
    await server.plugin(
      'twitter/index.js',
      `export default { name: 'twitter', actions: [{ name: 'TWEET' }] };`,
    );
    for (const name of [...MADE].reverse()) {
      const path = name === 'twitter' ? name : 'a.mjs';
      expect((await api.post(PLUGINS, { name, path, enabled: name !== 'Zulu' })).status).toBe(201);
    }
  });
  afterAll(() => server.stop());

  const ids = async (query: string): Promise<string[]> => {
    const { status, body } = await api.get<PluginListDto>(`${PLUGINS}${query}`);
    expect([status, body.count]).toEqual([200, body.plugins.length]);
    return body.plugins.map(({ id }) => id);
  };

  it('answers all of them without filters, with unknown ones too', async () => {
    expect(await ids('')).toEqual(ALL);
    expect(await ids('?unheard=1')).toEqual(ALL);
  });

  it('tells queries apart that go on after a second question mark', async () => {
    for (const q of ['twit?ter', 'twit', 'twit?']) await ids(`?q=${q}`);
    expect(await ids('?q=twit')).toEqual(['twitter']);
    expect(await ids('?q=twit?ter')).toEqual([]);
  });

  it('filters', async () => {
    const enabled = MADE.filter((id) => id !== 'Zulu');
    expect(await ids('?enabled=true')).toEqual(enabled);
    expect(await ids('?enabled=false')).toEqual(ALL.filter((id) => !enabled.includes(id)));
    expect(await ids('?active=true')).toEqual(enabled);
    expect(await ids('?source=bundled')).toEqual(BUNDLED);
    expect(await ids('?category=social')).toEqual(['twitter']);
    expect(await ids('?type=action')).toEqual(['twitter']);
    expect(await ids('?type=llm&status=active&source=path')).toEqual(['Bravo', 'alpha', 'éclair']);
    expect(await ids('?status=disabled')).toEqual(['Zulu', ...BUNDLED]);
    for (const q of ['TWIT', 'birds', '@elizaos/plugin', 'posts'])
      expect(await ids(`?q=${q}`)).toEqual(['twitter']);
    expect(await ids('?q=nothing-like-it')).toEqual([]);
  });

  it('makes pages, each plugin on one of them', async () => {
    for (const filter of ['', '&enabled=true']) {
      const whole = await ids(`?limit=1000${filter}`);
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = (await api.get<PluginListDto>(`${PLUGINS}?limit=2${filter}${from}`)).body;
        expect([page.count, page.total]).toEqual([page.plugins.length, whole.length]);
        seen.push(...page.plugins.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(whole);
    }
  });

  it('refuses filters that mean nothing, with their names', async () => {
    const wrong = { enabled: 'yes', active: '1', source: 'shop', type: 'tool', status: 'fine', limit: '0' };
    const more = Object.entries({ ...wrong, cursor: 'not-one-of-ours!' });
    for (const [name, value] of [...more, ['limit', 'many'], ['limit', '1001']])
      expect(failure(await api.get(`${PLUGINS}?${name}=${value}`))).toEqual([400, expect.any(String), name]);
  });

  it('finds a plugin by id, else by name, else by npm name', async () => {
    const byNpm = await api.get<PluginDto>(`${PLUGINS}/%40elizaos%2Fplugin-twitter`);
    expect(byNpm.body.id).toBe('twitter');
    await api.post(PLUGINS, { name: '@elizaos/plugin-twitter' });
    const byId = await api.get<PluginDto>(`${PLUGINS}/%40elizaos%2Fplugin-twitter`);
    expect(byId.body).toMatchObject({ id: '@elizaos/plugin-twitter', npmName: null });
    expect((await api.delete(`${PLUGINS}/%40elizaos%2Fplugin-twitter`)).status).toBe(200);
    expect((await api.get<PluginDto>(`${PLUGINS}/%40elizaos%2Fplugin-twitter`)).body.id).toBe('twitter');
    expect((await api.get<PluginDto>(at('PII redactor'))).body.id).toBe('pii-redactor');
  });

  it('takes a plugin whose package is called like a route for none', async () => {
    await server.plugin('shadow/package.json', JSON.stringify({ name: 'loaded', main: 'index.js' }));
    await server.plugin('shadow/index.js', answering('shadow'));
    const made = await api.post<Changed>(PLUGINS, { name: 'shadow', path: 'shadow' });
    expect(made.body.plugin.npmName).toBe('loaded');
    expect((await api.get(at('shadow'))).status).toBe(200);
    expect((await api.get(at('loaded'))).body).toEqual({ plugins: expect.any(Array) });
    expect((await api.delete(at('shadow'))).status).toBe(200);
  });

  it('gives every read an ETag, and 304 until something changes', async () => {
    const reads = ['', '?limit=3', '?q=a', '/builtins', '/loaded', '/alpha'].map(
      (rest) => `${PLUGINS}${rest}`,
    );
    for (const path of reads) {
      const first = await api.get(path);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const known of [etag, `"other", W/${etag}`, '*']) {
        const again = await api.get(path, undefined, { 'if-none-match': known });
        expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
      }
      expect((await api.get(path, undefined, { 'if-none-match': '"other"' })).text).toBe(first.text);
    }
    const before = (await api.get(PLUGINS)).headers.get('etag') ?? '';
    await api.put<Changed>(at('alpha'), { order: 4 });
    const after = await api.get<PluginListDto>(PLUGINS, undefined, { 'if-none-match': before });
    expect([after.status, after.body.plugins.find(({ id }) => id === 'alpha')?.order]).toEqual([200, 4]);
  });
});
