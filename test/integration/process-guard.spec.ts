import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NetworkLimits } from '../../src/platform/http/outbound/process-guard.js';
import type { Attempt } from '../support/guarded-process.js';

const PROGRAM = fileURLToPath(new URL('../support/guarded-process.js', import.meta.url));
const REFUSED = 'ERR_DESTINATION_REFUSED';
const NO_LIMITS: NetworkLimits = { registries: [], proxies: [], allow: [] };

async function outcomes(limits: Partial<NetworkLimits>, attempts: Attempt[]): Promise<string[]> {
  const argument = JSON.stringify({ limits: { ...NO_LIMITS, ...limits }, attempts });
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, argument]);
  return JSON.parse(stdout) as string[];
}

describe('a process of the package manager', () => {
  let server: Server;
  let port: number;
  let folder: string;
  let socket: string;
  let onSocket: Server;
  const listen = (given: Server, at: string | number): Promise<void> =>
    new Promise((resolve) =>
      typeof at === 'string' ? given.listen(at, resolve) : given.listen(at, '127.0.0.1', resolve),
    );
  beforeAll(async () => {
    server = createServer((_, response) => response.end());
    onSocket = createServer((_, response) => response.end());
    folder = await mkdtemp(join(tmpdir(), 'guard-'));
    socket = join(folder, 'socket');
    await listen(server, 0);
    await listen(onSocket, socket);
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.close();
    onSocket.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('connects to no private address, however that is spelled', async () => {
    const attempts: Attempt[] = [
      { by: 'options', to: { port, host: '127.0.0.1' } },
      { by: 'socket', to: { port, host: '127.0.0.1' } },
      { by: 'arguments', to: [port, '127.0.0.1'] },
      { by: 'arguments', to: [port] },
      { by: 'options', to: { port } },
      { by: 'options', to: { port, host: 'localhost' } },
      { by: 'options', to: { port, host: 'LOCALHOST' } },
      { by: 'options', to: { port, host: '::1' } },
      { by: 'options', to: { port, host: '[::ffff:127.0.0.1]' } },
      { by: 'options', to: { port, host: '10.0.0.1' } },
      { by: 'options', to: { port, host: '169.254.169.254' } },
      { by: 'request', to: { port, host: '127.0.0.1' } },
      { by: 'request', to: `http://127.0.0.1:${port}/` },
      { by: 'request', to: `http://localhost:${port}/` },
    ];
    expect(await outcomes({}, attempts)).toEqual(attempts.map(() => REFUSED));
  });

  it('connects to no name that stands for a private address, among public ones too', async () => {
    const named = (...lookup: string[]): Attempt => ({
      by: 'options',
      to: { port, host: 'packages.example' },
      lookup,
    });
    const attempts = [named('127.0.0.1'), named('93.184.215.14', '127.0.0.1'), named('93.184.215.14')];
    const reached = expect.stringMatching(/^(attempted|connected)$/);
    expect(await outcomes({}, attempts)).toEqual([REFUSED, REFUSED, reached]);
  });

  it('connects to no Unix socket', async () => {
    const attempts: Attempt[] = [
      { by: 'options', to: { path: socket } },
      { by: 'arguments', to: [socket] },
      { by: 'request', to: { socketPath: socket } },
    ];
    expect(await outcomes({ allow: ['127.0.0.1'] }, attempts)).toEqual([REFUSED, REFUSED, REFUSED]);
  });

  it('may connect to a public address', async () => {
    const [outcome] = await outcomes({}, [{ by: 'options', to: { port: 443, host: '93.184.215.14' } }]);
    expect(outcome).toMatch(/^(attempted|connected)$/);
  });

  it('connects to the registries and proxies of the operator, at their port alone', async () => {
    const attempts: Attempt[] = [
      { by: 'options', to: { port, host: '127.0.0.1' } },
      { by: 'options', to: { port: port === 65_535 ? port - 1 : port + 1, host: '127.0.0.1' } },
    ];
    const url = `http://127.0.0.1:${port}/`;
    expect(await outcomes({ registries: [url] }, attempts)).toEqual(['connected', REFUSED]);
    expect(await outcomes({ proxies: [url] }, attempts)).toEqual(['connected', REFUSED]);
  });

  it('requests nothing of a proxy by its private address', async () => {
    const attempts: Attempt[] = [{ by: 'request', to: `http://127.0.0.1:${port}/` }];
    const url = `http://127.0.0.1:${port}/`;
    expect(await outcomes({ proxies: [url] }, attempts)).toEqual([REFUSED]);
    expect(await outcomes({ registries: [url] }, attempts)).toEqual(['connected']);
  });

  it('connects to what the operator allows', async () => {
    const attempts: Attempt[] = [
      { by: 'options', to: { port, host: '127.0.0.1' } },
      { by: 'request', to: `http://127.0.0.1:${port}/` },
    ];
    expect(await outcomes({ allow: ['127.0.0.1'] }, attempts)).toEqual(['connected', 'connected']);
  });
});
