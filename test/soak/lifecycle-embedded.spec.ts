import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRoot } from '../../src/platform/data-folder/index.js';
import { postmasterPid } from '../support/embedded.js';
import { eventually } from '../support/eventually.js';
import { runToEnd } from '../support/program.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PLUGIN = `console.log('guest pid ' + process.pid + ' uid ' + process.getuid?.());
export const name = 'p';
export const preLLMHook = (context, request) => request;`;

const NOBODY = 65_534;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const start = (dataDir: string, uid?: number): Promise<TestServer> =>
  TestServer.start({ dataDir, databaseUrl: '', ...(uid !== undefined && { uid }) });

async function addPlugin(server: TestServer): Promise<void> {
  await server.plugin('p.mjs', PLUGIN);
  const made = await server.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
  expect(made.status).toBe(201);
}

function guestOf(server: TestServer): Promise<{ pid: number; uid: number }> {
  return eventually(async () => {
    const { text, body } = await server.client().get<{ isActive: boolean }>('/api/plugins/p');
    expect(body.isActive).toBe(true);
    const [, pid, uid] = /guest pid (\d+) uid (\d+)/.exec(text) ?? [];
    return { pid: Number(pid), uid: Number(uid) };
  });
}

describe('on its own database', () => {
  it('survives its own kill -9: Postgres is taken over, plugins of before are gone, all is as it was', async () => {
    const killed = await start(join(folder.path, 'killed'));
    await addPlugin(killed);
    const before = { guest: await guestOf(killed), postgres: await postmasterPid(killed.dataDir) };
    await killed.end('SIGKILL');

    const next = await start(killed.dataDir);
    try {
      const after = { guest: await guestOf(next), postgres: await postmasterPid(next.dataDir) };
      expect(after.postgres).toBe(before.postgres);
      expect(after.guest.pid).not.toBe(before.guest.pid);
      // Killed by now; whose child it has become may be slow to bury it.
      await eventually(() => expect(() => process.kill(before.guest.pid, 0)).toThrow('ESRCH'));
      expect(next.token).not.toBe('');
      if (isRoot()) expect(after.guest.uid).toBeGreaterThan(50_000);

      const second = await runToEnd({ DATA_DIR: next.dataDir });
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(/^Another Plugboard server \(process \d+ on .*\n$/m);
      expect((await next.client().get('/health/ready')).status).toBe(200);
    } finally {
      expect(await next.end('SIGTERM')).toBe(0);
    }
    await expect(postmasterPid(next.dataDir)).rejects.toThrow('ENOENT');
    expect(next.printed).not.toMatch(/\(node:\d+\) /);
  });
});

/** Users can be changed by root alone; others run the server as themselves in all of these. */
describe('whoever runs it', () => {
  it.each(['as an ordinary user', 'as root where others cannot reach'])('%s, plugins run', async (how) => {
    const { dataDir, uid } = await place(how);
    const server = await start(dataDir, uid);
    try {
      await addPlugin(server);
      const guest = await guestOf(server);
      if (!isRoot()) expect(guest.uid).toBe(process.getuid?.());
      else if (uid !== undefined) expect(guest.uid).toBe(uid);
      else expect(guest.uid).toBeGreaterThan(50_000);
    } finally {
      expect(await server.end('SIGTERM')).toBe(0);
    }
  });

  async function place(how: string): Promise<{ dataDir: string; uid?: number }> {
    const parent = join(folder.path, how.replaceAll(' ', '-'));
    await mkdir(parent);
    if (how.endsWith('reach')) await chmod(parent, 0o700);
    if (how.startsWith('as root') || !isRoot()) return { dataDir: join(parent, 'data') };
    await chown(parent, NOBODY, NOBODY);
    return { dataDir: join(parent, 'data'), uid: NOBODY };
  }
});
