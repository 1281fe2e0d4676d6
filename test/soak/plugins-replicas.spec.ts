import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { Answer } from '../support/http.js';
import {
  answering,
  at,
  type Changed,
  hook,
  type PluginDto,
  type PluginListDto,
  PLUGINS,
  traces,
  until,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');
const JWT_SECRET = 'one secret for both of the servers';

describe('two servers on one database', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let one: TestServer;
  let two: TestServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await temporaryFolder();
    const start = (name: string): Promise<TestServer> =>
      TestServer.start({
        databaseUrl: database.url,
        dataDir: `${folder.path}/${name}`,
        env: { SECRETS_KEY, JWT_SECRET },
      });
    [one, two] = await Promise.all([start('one'), start('two')]);
    for (const server of [one, two]) await server.plugin('a.mjs', answering('a'));
  });
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await folder.remove();
    await database.drop();
  });

  it('what is created, changed, disabled and deleted on one is so on the other', async () => {
    const body = { name: 'shared', path: 'a.mjs', enabled: true, config: { api_key: 'a secret of both' } };
    const created = await one.client().post<Changed>(PLUGINS, body);
    expect(created.status).toBe(201);
    const seen = await until(two, at('shared'), (answer) => answer.status === 200 && answer.body.isActive);
    expect(seen.body.revision).toBe(created.body.plugin.revision);
    expect(await hook(two.client(), 'shared')).toEqual({
      answer: 'a',
      config: { api_key: 'a secret of both' },
    });
    await two.client().put(at('shared'), { config: { level: 2 } });
    await until(one, at('shared'), (answer) => answer.body.revision === 2 && answer.body.isActive);
    const settings = (): Promise<unknown> => hook(one.client(), 'shared');
    await until(one, at('shared'), ({ body: plugin }) => plugin.status.logs.length > 0);
    expect(await settings()).toMatchObject({ answer: 'a' });
    await one.client().put(at('shared'), { enabled: false });
    await until(
      two,
      at('shared'),
      ({ body: plugin }) => plugin.status.status === 'disabled' && !plugin.enabled,
    );
    await two.client().put(at('shared'), { enabled: true });
    await until(one, at('shared'), ({ body: plugin }) => plugin.isActive);
    expect(await settings()).toEqual({ answer: 'a', config: { api_key: 'a secret of both', level: 2 } });
    await one.client().delete(at('shared'));
    await until(two, at('shared'), (answer) => answer.status === 404);
    const lists = await Promise.all([one, two].map((server) => server.client().get<PluginListDto>(PLUGINS)));
    for (const { body: list } of lists) expect(list.plugins.map(({ id }) => id)).not.toContain('shared');
  });

  it('of changes on both with the same If-Match exactly one is made', async () => {
    await one.client().post(PLUGINS, { name: 'raced', path: 'a.mjs', enabled: true });
    await until(two, at('raced'), (answer) => answer.status === 200 && answer.body.isActive);
    for (let revision = 1; revision <= 3; revision++) {
      const headers = { 'if-match': `"r${revision}.x"` };
      const answers = await Promise.all(
        [one, two].map((server, n) =>
          server.client().put<Changed>(at('raced'), { config: { n, revision } }, headers),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
      const config = answers.find(({ status }) => status === 200)?.body.plugin.config;
      for (const server of [one, two]) {
        const { body } = await until(server, at('raced'), (answer) => answer.body.revision === revision + 1);
        expect(body.config).toEqual(config);
      }
    }
  });

  it('a plugin that one of them cannot load is an error there, and runs on the other', async () => {
    await one.plugin('only-here.mjs', answering('only here'));
    await one.client().post(PLUGINS, { name: 'local', path: 'only-here.mjs', enabled: true });
    const fails = (answer: Answer<PluginDto>): boolean =>
      answer.status === 200 && answer.body.status.status === 'error';
    const { body } = await until(two, at('local'), fails);
    expect(body.loadError).toContain('no readable file');
    expect(await hook(one.client(), 'local')).toMatchObject({ answer: 'only here' });
    await one.client().delete(at('local'));
    await one.client().delete(at('raced'));
    await until(two, at('local'), ({ status }) => status === 404);
    const nothing = { folders: [], records: [], processes: [] };
    // The other one answers 404 as soon as it hears of it, and has stopped the process a moment later.
    await eventually(async () =>
      expect(await Promise.all([one, two].map(traces))).toEqual([nothing, nothing]),
    );
  });
});
