import { afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { processesIn } from '../support/plugin-world.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('plugins of a server that was killed', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    await database.drop();
    await folder.remove();
  });

  async function start(): Promise<TestServer> {
    const server = await TestServer.start({ dataDir: folder.path, databaseUrl: database.url });
    servers.push(server);
    return server;
  }

  it('end with it, idle or busy, and run again', async () => {
    database = await createTestDatabase();
    folder = await temporaryFolder();
    const first = await start();
    const source = `export const preLLMHook = (ctx, req) => { if (req.loop) { console.log('looping'); for (;;); } return process.pid; };`;
    for (const name of ['idle', 'busy']) {
      const path = await first.plugin(`${name}.mjs`, source);
      await first.client().post('/api/plugins', { name, path, enabled: true });
    }
    const looping = first.client().post('/api/plugins/busy/hooks/preLLMHook', { request: { loop: true } });
    const cut = looping.catch(() => 'cut');
    const guests = join(folder.path, 'guests');
    await logLine(first, 'busy', 'looping');
    const before = await processesIn(join(guests, 'busy-'));
    expect(before).toHaveLength(1);
    await first.end('SIGKILL');
    expect(await cut).toBe('cut');
    for (const name of ['idle', 'busy'])
      while ((await processesIn(join(guests, `${name}-`))).length > 0) await new Promise(setImmediate);

    const second = await start();
    for (const name of ['idle', 'busy']) {
      const answer = await callWhenUp(second, name);
      expect(before).not.toContain(String(answer));
      expect(await processesIn(join(guests, `${name}-`))).toEqual([String(answer)]);
    }
  });
});

async function logLine(server: TestServer, name: string, line: string): Promise<void> {
  for (;;) {
    const { body } = await server.client().get<{ status: { logs: string[] } }>(`/api/plugins/${name}`);
    if (body.status.logs.includes(line)) return;
  }
}

/** The pid of the plugin, as it answers once it runs. */
async function callWhenUp(server: TestServer, name: string): Promise<number> {
  for (;;) {
    const answer = await server
      .client()
      .post<{ result: number }>(`/api/plugins/${name}/hooks/preLLMHook`, { request: {} });
    if (answer.status === 200) return answer.body.result;
  }
}
