import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CoreList, npmNameOf, publishCore } from '../support/core-packages.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { PLUGINS, at, until } from '../support/plugins-api.js';
import { runToEnd } from '../support/program.js';
import { TestRegistry } from '../support/registry.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let registry: TestRegistry;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let database: TestDatabase;
let server: TestServer | null = null;
beforeAll(async () => {
  registry = await TestRegistry.start();
  folder = await temporaryFolder();
  database = await createTestDatabase();
});
afterEach(async () => {
  await server?.stop();
  server = null;
});
afterAll(async () => {
  await registry.close();
  await database.drop();
  await folder.remove();
});

async function listed(plugins: unknown): Promise<string> {
  const path = join(folder.path, 'core.json');
  await writeFile(path, JSON.stringify(plugins));
  return path;
}

const declared = (name: string, required: boolean): object => ({ name, npmName: npmNameOf(name), required });

describe('the file of core plugins', () => {
  it('stops the start when it cannot be used, in words', async () => {
    const { code, stderr } = await runToEnd({
      DATA_DIR: join(folder.path, 'refused'),
      DATABASE_URL: database.url,
      CORE_PLUGINS_FILE: await listed([
        declared('sql', true),
        { name: 'x', npmName: 'Not Npm', required: 1 },
      ]),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('The configuration cannot be used');
    expect(stderr).toMatch(/CORE_PLUGINS_FILE: \[1\] npmName must[^]*CORE_PLUGINS_FILE: \[1\] required must/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('replaces the built-in list; what is missing is installed beside the start, or at the next one', async () => {
    const start = async (): Promise<TestServer> =>
      TestServer.start({
        dataDir: join(folder.path, 'data'),
        databaseUrl: database.url,
        env: {
          NPM_REGISTRY: registry.url,
          CORE_AUTO_INSTALL: 'true',
          CORE_PLUGINS_FILE: await listed([
            declared('alpha', true),
            declared('beta', true),
            declared('gamma', false),
          ]),
        },
      });
    for (const name of ['alpha', 'gamma']) publishCore(registry, name);
    server = await start();
    await until(server, at('alpha'), ({ body }) => body.isActive);
    const first = server;
    await eventually(() => expect(first.printed).toContain(`${npmNameOf('beta')} was not installed`));
    await server.end('SIGTERM');

    publishCore(registry, 'beta');
    server = await start();
    await until(server, at('beta'), ({ body }) => body.isActive);
    const api = server.client();
    const body = await eventually(async () => {
      const list = (await api.get<CoreList>(`${PLUGINS}/core`)).body;
      expect(list.core).toMatchObject([
        { name: 'alpha', installed: true, loaded: true },
        { name: 'beta', installed: true, loaded: true },
      ]);
      return list;
    });
    expect(body.optionalCore).toMatchObject([{ name: 'gamma', installed: false, loaded: false }]);
    expect((await api.get('/api/core/status')).body).toMatchObject({
      corePlugins: ['alpha', 'beta'],
      optionalCorePlugins: ['gamma'],
    });
    const alpha = registry.requests.filter((path) => path.endsWith('.tgz') && path.includes('alpha'));
    expect(alpha).toHaveLength(1);
  });
});
