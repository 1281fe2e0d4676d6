import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Client } from '../support/http.js';
import { at, hook, type PluginDto, PLUGINS } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

const SECRET = 'line-7-of-the-ledger';
const ANSWERING = `
let config;
export const init = (given) => void (config = given);
export const preLLMHook = () => config;
`;
const PACKAGE = {
  name: 'ledger',
  version: '1.0.0',
  type: 'module',
  main: 'index.js',
  agentConfig: { pluginParameters: { ACCOUNT_LINE: { type: 'string', sensitive: true } } },
};

let database: TestDatabase;
let server: TestServer;
let api: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  server = await TestServer.start({ databaseUrl: database.url });
  api = server.client();
  await server.plugin('ledger/index.js', ANSWERING);
  await server.plugin('ledger/package.json', JSON.stringify(PACKAGE));
  await server.plugin('bare.mjs', ANSWERING);
  const config = { ACCOUNT_LINE: SECRET };
  const made = await api.post(PLUGINS, { name: 'ledger', path: 'ledger', enabled: true, config });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await server.stop();
  await database.drop();
});

async function stored(): Promise<string> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ all: string }>(
    `select (select json_agg(p) from plugin p)::text || (select json_agg(a) from audit a)::text as all`,
  );
  await client.end();
  return rows[0]?.all ?? '';
}

it('what was set as a secret stays one when the new code does not call it so', async () => {
  const moved = await api.put(at('ledger'), { path: 'bare.mjs' });
  expect(moved.status).toBe(200);
  const { text, body } = await api.get<PluginDto>(at('ledger'));
  expect(moved.text + text).not.toContain(SECRET);
  expect(body.parameters).toMatchObject([{ key: 'ACCOUNT_LINE', sensitive: true, isSet: true }]);
  expect(await stored()).not.toContain(SECRET);
  expect(await hook(api, 'ledger')).toEqual({ ACCOUNT_LINE: SECRET });
});

it('also when its mask comes back beside another change', async () => {
  const { body } = await api.get<PluginDto>(at('ledger'));
  const config = { ...body.config, other: 'setting' };
  expect((await api.put(at('ledger'), { config })).status).toBe(200);
  expect(await hook(api, 'ledger')).toEqual({ ACCOUNT_LINE: SECRET, other: 'setting' });
  expect(await stored()).not.toContain(SECRET);
});

it('until it is set anew', async () => {
  const config = { ACCOUNT_LINE: 'line 8' };
  expect((await api.put(at('ledger'), { config })).status).toBe(200);
  const { body } = await api.get<PluginDto>(at('ledger'));
  expect(body.config).toEqual({ ACCOUNT_LINE: 'line 8', other: 'setting' });
});
