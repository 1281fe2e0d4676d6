import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, execute, type TestDatabase } from '../support/database.js';
import { ask } from '../support/embedded.js';
import { eventually } from '../support/eventually.js';
import { TestServer, type ServerOptions } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SECRET = 'correct-horse-battery-staple-42';
/** Prints what it was given, as a careless author would. */
const PLUGIN = `import { createHash } from 'node:crypto';
export const name = 'p';
export function init(config) {
  console.log('config is ' + JSON.stringify(config));
  console.error(new Error('bad key ' + config.apiKey));
  console.log('hash ' + createHash('sha256').update(String(config.apiKey)).digest('hex').slice(0, 8));
}
export const preLLMHook = (context, request) => { throw new Error('failed with ' + ${JSON.stringify(SECRET)}); };`;

const [OLD, NEW, WRONG] = [1, 2, 3].map(() => randomBytes(32).toString('base64')) as [string, string, string];
let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const tokens: string[] = [];
let printed = '';

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await database.drop();
  await folder.remove();
});

async function withServer(keys: string, work: (server: TestServer) => Promise<void>): Promise<void> {
  const env = { SECRETS_KEY: keys, LOG_LEVEL: 'trace' };
  const options: ServerOptions = { dataDir: folder.path, databaseUrl: database.url, env };
  const server = await TestServer.start(options);
  try {
    tokens.push(server.token);
    await work(server);
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
    printed += server.printed.replace(/^.*Admin token.*$/m, '');
  }
}

const active = (server: TestServer): Promise<string> =>
  eventually(async () => {
    const { body, text } = await server.client().get<{ isActive: boolean }>('/api/plugins/p');
    expect(body.isActive).toBe(true);
    return text;
  });

async function revealed(server: TestServer): Promise<unknown> {
  const body = { key: 'apiKey', reason: 'to compare' };
  return (await server.client().post<{ value: unknown }>('/api/plugins/p/reveal', body)).body.value;
}

const sealedWith = async (): Promise<string[]> => {
  const text = await ask(database.url, `select config::text from plugin where id = 'p'`);
  return [...new Set([...text.matchAll(/v1\.([0-9a-f]{16})\./g)].map(([, id]) => id as string))];
};

describe('secrets and the keys that they are sealed with', () => {
  let keyUsedFirst: string[] = [];

  it('are sealed with the key that there is', async () => {
    await withServer(OLD, async (server) => {
      await server.plugin('p.mjs', PLUGIN);
      const config = { apiKey: SECRET };
      const body = { name: 'p', path: 'p.mjs', enabled: true, config };
      expect((await server.client().post('/api/plugins', body)).status).toBe(201);
      await server.client().post('/api/plugins', { ...body, name: 'lost' });
      expect(await revealed(server)).toBe(SECRET);
    });
    keyUsedFirst = await sealedWith();
    expect(keyUsedFirst.length).toBe(1);
  });

  it('are sealed anew with the first key at start', async () => {
    await withServer(`${NEW},${OLD}`, async (server) => {
      await active(server);
      expect(await revealed(server)).toBe(SECRET);
    });
    const now = await sealedWith();
    expect(now.length).toBe(1);
    expect(now).not.toEqual(keyUsedFirst);
  });

  it('with a wrong key the server is up, says what is wrong, and loses nothing', async () => {
    const before = await ask(database.url, `select config::text from plugin where id = 'p'`);
    await withServer(WRONG, async (server) => {
      const list = await server.client().get<{ plugins: { id: string }[] }>('/api/plugins');
      expect(list.status).toBe(200);
      expect(list.body.plugins.map(({ id }) => id)).toContain('p');
      await eventually(async () => {
        const { body } = await server.client().get<{ loadError: string }>('/api/plugins/p');
        expect(body).toMatchObject({ isActive: false, configured: false });
        expect(body.loadError).toContain('SECRETS_KEY');
      });
      const answer = await server.client().put('/api/plugins/p', { config: { other: 1 } });
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ error: { code: 'secrets_key_missing' } });
      expect((await server.client().get('/health/ready')).status).toBe(200);
      expect((await server.client().put('/api/plugins/lost', { enabled: false })).status).toBe(200);
      expect((await server.client().delete('/api/plugins/lost')).status).toBe(200);
    });
    expect(await ask(database.url, `select config::text from plugin where id = 'p'`)).toBe(before);
  });

  it('open again with the right key alone, and one that was damaged can be set again', async () => {
    await withServer(NEW, async (server) => {
      await active(server);
      expect(await revealed(server)).toBe(SECRET);
      const damaged = `jsonb_set(config::jsonb, '{apiKey,$sealed}', '"v1.0000000000000000.AAAA"')::json`;
      await execute(database.url, `update plugin set config = ${damaged} where id = 'p'`);
      const reveal = { key: 'apiKey', reason: 'to see' };
      expect((await server.client().post('/api/plugins/p/reveal', reveal)).status).toBe(503);
      const repaired = await server.client().put('/api/plugins/p', { config: { apiKey: SECRET } });
      expect(repaired.status).toBe(200);
      await active(server);
      expect(await revealed(server)).toBe(SECRET);
    });
  });

  it('were never printed, nor were tokens', () => {
    expect(printed).toContain('"level":20');
    for (const secret of [SECRET, ...tokens]) expect(printed).not.toContain(secret);
  });
});
