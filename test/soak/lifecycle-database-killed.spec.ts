import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { postmasterPid } from '../support/embedded.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

const PLUGIN = `console.log('guest pid ' + process.pid);
export const name = 'p'; export const preLLMHook = (context, request) => request;`;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ databaseUrl: '' });
  await server.plugin('p.mjs', PLUGIN);
  await server.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
});
afterAll(() => server.stop());

const pidOf = (text: string): string | undefined => /guest pid (\d+)/.exec(text)?.[1];

it('with the embedded database killed, requests get 503 until it is back, and plugins run on', async () => {
  const before = pidOf((await server.client().get('/api/plugins/p')).text);
  expect(before).toBeDefined();
  for (let round = 0; round < 2; round++) {
    process.kill(await postmasterPid(server.dataDir), 'SIGKILL');
    const refused = await eventually(async () => {
      const answer = await server.client().get('/api/audit');
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(refused.body).toMatchObject({ error: { code: 'database_unavailable' } });
    expect((await server.client().get('/health/live')).status).toBe(200);
    await eventually(
      async () => expect((await server.client().get('/health/ready')).status).toBe(200),
      20_000,
    );
    await eventually(async () =>
      expect((await server.client().get('/health/ready')).body).toMatchObject({ events: 'ok' }),
    );
    expect((await server.client().get('/api/audit')).status).toBe(200);
  }
  expect(pidOf((await server.client().get('/api/plugins/p')).text)).toBe(before);
  expect(await readFile(`/proc/${before}/stat`, 'utf8')).toContain('node');
});
