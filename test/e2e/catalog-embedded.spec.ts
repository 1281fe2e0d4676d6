import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { Client } from '../support/http.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TestServer;
beforeEach(async () => {
  [database, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
});
afterEach(async () => {
  await server.stop();
  await database.drop();
  await folder.remove();
});

async function start(sources: string): Promise<Client> {
  const env = { REGISTRY_SOURCES: sources };
  server = await TestServer.start({ databaseUrl: database.url, dataDir: folder.path, env });
  return server.client();
}

async function namesFound(call: Client, query: string): Promise<string[]> {
  const { body } = await call.get<{ results: { name: string }[] }>(`/api/registry/search?q=${query}`);
  return body.results.map(({ name }) => name);
}

it('is found in on a fresh server, and gives way to the catalogues that are configured', async () => {
  let call = await start('');
  await eventually(async () => expect(await namesFound(call, 'twiter')).toContain('@elizaos/plugin-twitter'));
  const { body } = await call.get<{ sources: object[] }>('/api/registry/sources');
  expect(body.sources).toEqual([
    expect.objectContaining({
      ...{ label: 'embedded', kind: 'embedded', priority: 1_000, error: null },
      location: expect.stringMatching(/^packages on npm as of \d{4}-\d\d-\d\d$/),
    }),
  ]);
  const { body: details } = await call.get<{ plugin: object }>('/api/registry/plugins/twitter');
  expect(details.plugin).toMatchObject({
    ...{ name: '@elizaos/plugin-twitter', source: 'embedded', installable: true },
    ...{ author: 'elizaos-plugins', repository: 'https://github.com/elizaos-plugins/plugin-twitter' },
    npm: { package: '@elizaos/plugin-twitter', v1Version: expect.stringMatching(/^1\./) },
  });
  await server.end('SIGTERM');

  const file = join(folder.path, 'mine.json');
  await writeFile(file, JSON.stringify({ registry: { 'plugin-mine': { npm: { v1: '1.0.0' } } } }));
  call = await start(JSON.stringify([{ kind: 'eliza', file }]));
  await eventually(async () => expect(await namesFound(call, 'mine')).toEqual(['plugin-mine']));
  await eventually(async () => expect(await namesFound(call, 'twiter')).toEqual([]));
  const { body: mine } = await call.get<{ plugin: object }>('/api/registry/plugins/plugin-mine');
  expect(mine.plugin).toMatchObject({ author: '', repository: '' });
});
