import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../support/database.js';
import { runToEnd } from '../support/program.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const hasIpv6 = Object.values(networkInterfaces()).some((one) =>
  one?.some(({ address }) => address === '::1'),
);
const withIpv6 = hasIpv6 ? it : it.skip;

async function listen(host: string, port = 0): Promise<Server> {
  const server = createServer().listen({ host, port });
  await once(server, 'listening');
  return server;
}

describe('a server on a loopback address', () => {
  let server: TestServer;
  let port: number;
  beforeAll(async () => {
    server = await TestServer.start();
    port = Number(new URL(server.url).port);
  });
  afterAll(() => server.stop());

  withIpv6('answers on the other one too, where nobody else can listen', async () => {
    const answer = await fetch(`http://[::1]:${port}/health/live`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(await (await fetch(`${server.url}/health/live`)).json());
    for (const host of ['::1', '127.0.0.1', '0.0.0.0', '::'])
      await expect(listen(host, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  withIpv6('does not start where somebody else has the other one, and says so', async () => {
    const other = await listen('::1');
    const taken = (other.address() as AddressInfo).port;
    const database = await createTestDatabase();
    const folder = await temporaryFolder();
    const env = { PORT: String(taken), DATA_DIR: folder.path, DATABASE_URL: database.url };
    const { code, stderr } = await runToEnd(env);
    other.close();
    await database.drop();
    await folder.remove();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`Port ${taken} is taken on ::1`),
    });
  });
});
