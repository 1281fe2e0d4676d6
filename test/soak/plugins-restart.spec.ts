import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  answering,
  at,
  type Changed,
  hook,
  type PluginDto,
  PLUGINS,
  traces,
  until,
} from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SCHEMA = { type: 'object', required: ['TOKEN'], properties: { TOKEN: { type: 'string' } } };

describe('a server that starts again', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: TestServer;
  let before: PluginDto[];

  const start = (): Promise<TestServer> =>
    TestServer.start({ dataDir: folder.path, databaseUrl: database.url });
  const get = async (id: string): Promise<PluginDto> => (await server.client().get<PluginDto>(at(id))).body;
  const wanted = ({
    status: _now,
    isActive: _on,
    loadError: _why,
    actualName: _name,
    ...rest
  }: PluginDto): object => rest;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await temporaryFolder();
    server = await start();
    const api = server.client();
    await server.plugin('a.mjs', answering('a'));
    await server.plugin('leaves.mjs', answering('for now'));
    const bodies = [
      { name: 'on', path: 'a.mjs', enabled: true, config: { secret_token: 'kept over restarts' }, order: 5 },
      { name: 'off', path: 'a.mjs', config: { a: 1 } },
      { name: 'idle', path: 'a.mjs', enabled: true, configSchema: SCHEMA },
      { name: 'broken', path: 'leaves.mjs', enabled: true },
      { name: 'gone', path: 'a.mjs', enabled: true },
    ];
    for (const body of bodies) expect((await api.post<Changed>(PLUGINS, body)).status).toBe(201);
    await api.put(at('pii-redactor'), { enabled: true });
    await api.delete(at('gone'));
    before = await Promise.all(['on', 'off', 'idle', 'broken', 'pii-redactor'].map(get));
    expect(await server.end('SIGTERM')).toBe(0);
    expect((await traces(server)).processes).toEqual([]);
    await rm(join(server.dataDir, 'custom', 'leaves.mjs'));
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    await folder.remove();
    await database.drop();
  });

  it('brings up what was enabled, with its settings, and nothing else', async () => {
    await until(server, at('on'), ({ body }) => body.isActive);
    await until(server, at('pii-redactor'), ({ body }) => body.isActive);
    await until(server, at('idle'), ({ body }) => body.status.status === 'uninitialized');
    await until(server, at('off'), ({ body }) => body.status.status === 'disabled');
    expect(await hook(server.client(), 'on')).toEqual({
      answer: 'a',
      config: { secret_token: 'kept over restarts' },
    });
    const after = await Promise.all(before.map(({ id }) => get(id)));
    expect(after.map(wanted)).toEqual(before.map(wanted));
    expect((await server.client().get(at('gone'))).status).toBe(404);
  });

  it('is up though a plugin fails, shows why, and runs it once it is mended', async () => {
    const { body } = await until(server, at('broken'), (answer) => answer.body.status.status === 'error');
    expect(body).toMatchObject({ enabled: true, isActive: false });
    expect(body.loadError).toContain('no readable file');
    expect(body.status.logs.join('\n')).toContain('no readable file');
    await eventually(async () => expect((await server.client().get('/health/ready')).status).toBe(200));
    await server.plugin('leaves.mjs', answering('back'));
    const mended = await server.client().put<Changed>(at('broken'), { enabled: true });
    expect(mended.body.plugin).toMatchObject({ isActive: true, loadError: null });
    expect(await hook(server.client(), 'broken')).toMatchObject({ answer: 'back' });
  });

  it('comes up after it was killed, and leaves no process of before', async () => {
    await server.end('SIGKILL');
    server = await start();
    await until(server, at('on'), ({ body }) => body.isActive);
    await until(server, at('broken'), ({ body }) => body.isActive);
    await until(server, at('pii-redactor'), ({ body }) => body.isActive);
    await until(server, at('idle'), ({ body }) => body.status.status === 'uninitialized');
    expect((await traces(server)).processes).toHaveLength(4);
  });
});
