import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { nodeReleaseWarning } from '../../src/platform/node-release.js';
import { client } from '../support/http.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

const PLUGIN = `export const name = 'p'; export const preLLMHook = (context, request) => request;`;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.plugin('p.mjs', PLUGIN);
});
afterAll(() => server.stop());

const metrics = async (): Promise<string> => (await server.client().get('/metrics')).text;
const valueOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  );

it('says at start when its release of Node gets no security fixes', () => {
  const warning = nodeReleaseWarning();
  if (warning) expect(server.printed).toContain(`  Warning      ${warning}\n`);
  else expect(server.printed).not.toContain('  Warning ');
});

it('health says what works, without a token', async () => {
  expect((await client(server.url).get('/health/live')).body).toEqual({ status: 'ok' });
  await eventually(async () =>
    expect((await client(server.url).get('/health/ready')).body).toEqual({
      status: 'ok',
      database: 'ok',
      events: 'ok',
      plugins: 'ok',
    }),
  );
});

it('the bare address names where to go on, and sends browsers to the explorer', async () => {
  const { status, body } = await client(server.url).get<Record<string, string>>('/');
  expect(status).toBe(200);
  for (const path of [body.explorer, body.openapi, body.live, body.ready])
    expect((await fetch(`${server.url}${path ?? ''}`)).status).toBe(200);
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const sent = await fetch(server.url, { headers: browser, redirect: 'manual' });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, '/docs']);
});

it('counters move with what is done', async () => {
  const series = 'plugboard_http_requests_total{operation="callPluginHook",status="200"}';
  const hook = 'plugboard_hook_call_seconds_count{outcome="ok"}';
  const before = await metrics();
  await server.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
  await server.client().post('/api/plugins/p/hooks/preLLMHook', { request: {} });
  const after = await metrics();
  expect(valueOf(after, series) - valueOf(before, series)).toBe(1);
  expect(valueOf(after, hook) - valueOf(before, hook)).toBe(1);
  expect(valueOf(after, 'plugboard_plugins{status="active"}')).toBe(1);
  expect(valueOf(after, 'plugboard_plugin_change_seconds_count{outcome="ok"}')).toBeGreaterThan(0);
  expect(after).toContain('process_resident_memory_bytes');
});

it('no label has a value that a caller can make up', async () => {
  const count = async (): Promise<number> =>
    (await metrics()).split('\n').filter((line) => line.startsWith('plugboard_')).length;
  await fetch(`${server.url}/made/up`, { method: 'PURGE' });
  await server.client().get('/api/plugins/made-up');
  const before = await count();
  for (let i = 0; i < 20; i++) {
    await fetch(`${server.url}/made/up/${i}`, {
      method: 'PURGE',
      headers: { 'x-request-id': `made-up-${i}` },
    });
    await server.client().get(`/api/plugins/made-up-${i}`);
  }
  expect(await count()).toBe(before);
  expect(await metrics()).not.toContain('made-up');
});
