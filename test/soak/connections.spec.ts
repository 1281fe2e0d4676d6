import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { client } from '../support/http.js';
import { TestServer } from '../support/server.js';

const MAX_CONNECTIONS = 200;
const SILENT_CLIENTS = 500;
const LARGE_ANSWER = 'GET /openapi.yaml HTTP/1.1\r\nHost: x\r\n\r\n';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    env: {
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      HEADERS_TIMEOUT: '3000',
      REQUEST_TIMEOUT: '3000',
      STALL_TIMEOUT: '500',
    },
  });
});
afterAll(() => server.stop());

/** A connection whose end is awaited, whatever it is that ends it. */
function open(first = ''): { socket: Socket; ended: Promise<string> } {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(first);
  return { socket, ended: new Promise((done) => socket.once('close', () => done(received))) };
}

describe('clients that connect', () => {
  it('and send nothing, more of them than there are places, keep nobody out and are cut', async () => {
    const silent = Array.from({ length: SILENT_CLIENTS }, () => open());
    await once((silent.at(-1) as { socket: Socket }).socket, 'connect');
    await eventually(async () => {
      const answer = await fetch(`${server.url}/health/live`);
      expect(answer.status).toBe(200);
      expect((await server.client().get('/api/plugins')).status).toBe(200);
    });
    await Promise.all(silent.map(({ ended }) => ended));
  });

  it('and send their headers bit by bit are cut', async () => {
    const { socket, ended } = open('GET /api/plugins HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('x: y\r\n'), 100);
    expect(await ended).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    clearInterval(drip);
  });

  it('and send their body bit by bit are cut', async () => {
    const { socket, ended } = open(
      `POST /api/plugins HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    );
    const drip = setInterval(() => socket.write(' '), 100);
    await ended;
    clearInterval(drip);
    expect((await server.client().get('/api/plugins')).status).toBe(200);
  });

  it('and take none of their answers are cut, those that wait for one are not', async () => {
    const stream = open(
      `GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`,
    );
    const greedy = open();
    greedy.socket.pause();
    await eventually(async () => {
      const { text } = await server.client().get('/metrics');
      expect(/plugboard_event_streams \d+/.exec(text)?.[0]).toBe('plugboard_event_streams 1');
    });
    const poke = setInterval(() => greedy.socket.write(LARGE_ANSWER.repeat(4)), 20);
    await greedy.ended;
    clearInterval(poke);
    expect(stream.socket.destroyed).toBe(false);
    stream.socket.destroy();
  });
});

it('a connection that sends many requests ahead gets answers to a few, and refusals', async () => {
  const { socket, ended } = open(
    LARGE_ANSWER.repeat(100).replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'),
  );
  const statuses = (await ended).match(/HTTP\/1\.1 \d+/g) ?? [];
  expect(statuses.filter((line) => line.endsWith('200')).length).toBeLessThanOrEqual(9);
  expect(statuses.filter((line) => line.endsWith('503')).length).toBeGreaterThanOrEqual(91);
  expect(socket.destroyed).toBe(true);
});

it('a client that leaves before the answer is counted as one that left', async () => {
  await server.plugin('slow.mjs', 'export const preLLMHook = () => new Promise(() => undefined);');
  await server.client().post('/api/plugins', { name: 'slow', path: 'slow.mjs', enabled: true });
  const abort = new AbortController();
  const asked = fetch(`${server.url}/api/plugins/slow/hooks/preLLMHook`, {
    method: 'POST',
    signal: abort.signal,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: '{"request":{}}',
  });
  await eventually(async () => {
    expect((await client(server.url, server.token).get('/api/plugins/slow')).status).toBe(200);
  });
  abort.abort();
  await expect(asked).rejects.toThrow();
  await eventually(() => expect(server.printed).toMatch(/"status":499/));
});
