import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PluginLogLineDto, PluginLogsDto } from '../../src/modules/plugins/plugin-logs.dto.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { at, failure, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SECRET = 'a-secret-that-nobody-may-read';
/** Ends its process when it is told to; prints in each way there is. */
const CRASHING = `
export const getName = () => 'Crashing';
let key;
export const init = ({ api_key }) => {
  key = api_key;
  console.log('out of run ' + process.pid + ' with ' + key);
  console.error('err of run ' + process.pid);
};
export const preLLMHook = () => {
  setTimeout(() => { throw new TypeError('lost the connection of ' + key); }, 10);
  return {};
};`;

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TestServer;
const start = async (): Promise<void> => {
  server = await TestServer.start({ dataDir: folder.path, databaseUrl: database.url });
};
beforeAll(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
  await start();
  await server.plugin('crashing.mjs', CRASHING);
  const body = { name: 'crashing', path: 'crashing.mjs', enabled: true, config: { api_key: SECRET } };
  expect((await server.client().post(PLUGINS, body)).status).toBe(201);
});
afterAll(async () => {
  await server.stop();
  await database.drop();
  await folder.remove();
});

const plugin = async (): Promise<PluginDto> => (await server.client().get<PluginDto>(at('crashing'))).body;
const logs = async (query = ''): Promise<PluginLogsDto> =>
  (await server.client().get<PluginLogsDto>(at('crashing', `/logs${query}`))).body;

async function crash(): Promise<void> {
  const count = (await plugin()).lastExit?.count ?? 0;
  await server.client().post(at('crashing', '/hooks/preLLMHook'), { request: {} });
  await eventually(async () => {
    const { isActive, lastExit } = await plugin();
    expect([isActive, lastExit?.count]).toEqual([true, count + 1]);
  });
}

it('keeps the cause of a crash on the plugin that runs again, and over a restart of the server', async () => {
  expect((await plugin()).lastExit).toBeNull();
  await crash();
  const { lastExit } = await plugin();
  expect(lastExit).toMatchObject({ cause: expect.stringContaining('TypeError: lost the connection') });
  expect(Date.now() - Date.parse(lastExit?.at ?? '')).toBeLessThan(60_000);
  await server.end('SIGTERM');
  await start();
  await eventually(async () => expect(await plugin()).toMatchObject({ isActive: true, lastExit }));
  await crash();
  expect((await plugin()).lastExit?.count).toBe(2);
});

it('keeps lines over restarts, with time, level and stream, and no secret', async () => {
  const { lines } = await logs();
  const runs = lines.filter(({ text }) => text.startsWith('out of run '));
  expect(runs.length).toBeGreaterThanOrEqual(4);
  expect(runs[0]).toMatchObject({ stream: 'stdout', level: 'info' });
  expect(lines.find(({ text }) => text.startsWith('err of run '))).toMatchObject({
    stream: 'stderr',
    level: 'error',
  });
  const ended = lines.find(({ text }) => text.includes('next start in'));
  expect(ended).toMatchObject({
    stream: 'server',
    level: 'error',
    text: expect.stringContaining('TypeError'),
  });
  const times = lines.map(({ at: time }) => Date.parse(time));
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});

it('goes through the log in pages', async () => {
  const { lines } = await logs('?limit=1000');
  const seen: PluginLogLineDto[] = [];
  let cursor: string | null = '';
  for (let pages = 0; cursor !== null; pages++) {
    expect(pages).toBeLessThan(lines.length);
    const page: PluginLogsDto = await logs(`?limit=3${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.lines);
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(lines);
});

it('follows the log, resumes it, and lets only readers of plugins in', async () => {
  const headers = { authorization: `Bearer ${server.token}` };
  const { lines } = await logs('?limit=2');
  const follow = async (query: string, lastId?: string): Promise<() => Promise<string[]>> => {
    const stop = new AbortController();
    const { body } = await fetch(`${server.url}${at('crashing', `/logs?follow=true${query}`)}`, {
      headers: { ...headers, ...(lastId && { 'last-event-id': lastId }) },
      signal: stop.signal,
    });
    let text = '';
    const reading = (async (): Promise<void> => {
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })().catch(() => undefined);
    return async () => {
      await eventually(() => expect(text).toContain('next start in'));
      stop.abort();
      await reading;
      return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id ?? '');
    };
  };
  const following = await follow('&limit=2');
  await crash();
  const seen = await following();
  expect(seen.slice(0, 2)).toEqual(lines.map(({ id }) => id).reverse());
  const all = (await logs('?limit=1000')).lines.map(({ id }) => id).reverse();
  const resumed = await (await follow('', all[0]))();
  expect(all.slice(1, 1 + resumed.length)).toEqual(resumed);
  const made = await server
    .client()
    .post<{ key: string }>('/api/auth/virtual-keys', { name: 'k', scopes: [] });
  expect((await server.client(made.body.key).get(at('crashing', '/logs'))).status).toBe(403);
  expect(failure(await server.client().get(at('nobody', '/logs')))[1]).toBe('plugin_not_found');
});

it('tells the cause in the events of a status', async () => {
  const events = await fetch(`${server.url}/api/events?once=true&types=plugin.status&plugin=crashing`, {
    headers: { authorization: `Bearer ${server.token}`, 'last-event-id': '0' },
  });
  const data = [...(await events.text()).matchAll(/^data: (.*)$/gm)].map(
    ([, json]) => (JSON.parse(json ?? '') as { data: { status: string; cause: string | null } }).data,
  );
  const failed = data.filter(({ cause }) => cause !== null);
  expect(failed.map(({ cause }) => cause)).toContainEqual(
    expect.stringContaining('TypeError: lost the connection'),
  );
  expect(data.filter(({ status }) => status === 'active').every(({ cause }) => cause === null)).toBe(true);
});
