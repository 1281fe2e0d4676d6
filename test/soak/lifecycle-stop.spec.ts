import { Agent, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

let server: TestServer | undefined;
afterEach(() => server?.stop());

const SLOW = `export const name = 'slow';
export async function preLLMHook(context, request) {
  await new Promise((done) => setTimeout(done, 1_000));
  return request;
}`;

async function enabled(source: string): Promise<{ server: TestServer; pid: number }> {
  const started = (server = await TestServer.start());
  await started.plugin('p.mjs', source);
  const made = await started.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
  expect(made.status).toBe(201);
  return { server: started, pid: await guestOf(started) };
}

/** The plugin prints its own process id. */
async function guestOf(running: TestServer): Promise<number> {
  return eventually(async () => {
    const { text } = await running.client().get('/api/plugins/p');
    const pid = /guest pid (\d+)/.exec(text)?.[1];
    expect(pid).toBeDefined();
    return Number(pid);
  });
}

const PID = `console.log('guest pid ' + process.pid);`;
const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('a request under way is answered, then everything ends with 0', async () => {
  const { server: running, pid } = await enabled(PID + SLOW);
  const answer = running.client().post('/api/plugins/p/hooks/preLLMHook', { request: { a: 1 } });
  await eventually(async () => {
    const { text } = await running.client().get('/metrics');
    expect(text).toBeDefined();
  });
  const ended = running.end('SIGTERM');
  expect((await answer).status).toBe(200);
  expect(await ended).toBe(0);
  expect(lives(pid)).toBe(false);
  // As Node's own warnings begin; the release of Node may be worth one of ours.
  expect(running.printed).not.toMatch(/\(node:\d+\) |could not/);
});

it('event streams and connections that are merely kept open hold nothing up', async () => {
  const { server: running } = await enabled(PID + SLOW);
  const agent = new Agent({ keepAlive: true });
  const open = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${running.token}` };
      get(`${running.url}${path}`, { agent, headers }, resolve).once('error', reject);
    });
  (await open('/health/live')).resume();
  const silent = createConnection(Number(new URL(running.url).port), '127.0.0.1');
  await once(silent, 'connect');
  const stream = await open('/api/events');
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = once(stream, 'end');
  const asked = performance.now();
  expect(await running.end('SIGTERM')).toBe(0);
  await closed;
  expect(text).toMatch(/^retry: /);
  expect(performance.now() - asked).toBeLessThan(6_000);
  agent.destroy();
  silent.destroy();
});

it('a second signal changes nothing, SIGINT ends with 130', async () => {
  const running = (server = await TestServer.start());
  const ended = running.end('SIGINT');
  // Signals that are sent at once may arrive in any order.
  await eventually(() => expect(fetch(`${running.url}/health/live`)).rejects.toThrow());
  running.process.kill('SIGINT');
  running.process.kill('SIGTERM');
  expect(await ended).toBe(130);
});

it('a fault that nobody caught is told, and plugins and server end in order', async () => {
  const fault = `process.on('SIGUSR2', () => { Promise.reject(new Error('a stray rejection')); });`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
  const running = (server = await TestServer.start({ env }));
  await running.plugin('p.mjs', PID + SLOW);
  await running.client().post('/api/plugins', { name: 'p', path: 'p.mjs', enabled: true });
  const pid = await guestOf(running);
  expect(await running.end('SIGUSR2')).toBe(1);
  expect(running.printed).toContain('a stray rejection');
  expect(lives(pid)).toBe(false);
});
