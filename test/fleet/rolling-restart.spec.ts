import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Fleet, WAIT } from '../support/fleet.js';
import { client } from '../support/http.js';
import { at, PLUGINS } from '../support/plugins-api.js';
import { RoundRobin } from '../support/round-robin.js';

const SERVERS = [0, 1, 2];
/** Takes its time to start, as agents that log in somewhere do. */
const SLOW = `await new Promise((done) => setTimeout(done, 1_500));
export const name = 'slow';
export const preLLMHook = () => 'here';`;

let fleet: Fleet;
let proxy: RoundRobin;
let ready: string[] = [];
let watching = true;

beforeAll(async () => {
  fleet = await Fleet.open(SERVERS.length);
  await fleet.plugin('slow.mjs', SLOW);
  await fleet.api(0).post(PLUGINS + WAIT, { name: 'slow', path: 'slow.mjs', enabled: true });
  proxy = await RoundRobin.before(() => ready);
  void watch();
  await eventually(async () => expect(ready).toHaveLength(SERVERS.length));
});
afterAll(async () => {
  watching = false;
  await proxy.close();
  await fleet.close();
});

/** Sends requests to those servers alone that are ready, as a balancer does. */
async function watch(): Promise<void> {
  while (watching) {
    const urls = fleet.servers.map(({ url }) => url);
    const answers = urls.map((url) =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const isReady = await Promise.all(answers);
    ready = urls.filter((_, i) => isReady[i]);
    await delay(50);
  }
}

it('restarting servers one by one fails no call of a hook', async () => {
  const path = at('slow', '/hooks/preLLMHook');
  const statuses = new Map<number, number>();
  const calling = { on: true };
  const calls = (async (): Promise<void> => {
    const through = client(proxy.url, fleet.server(0).token);
    while (calling.on) {
      const { status } = await through.post(path, { request: {} });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  })();
  for (const n of SERVERS) {
    expect(await fleet.server(n).end('SIGTERM')).toBe(0);
    await fleet.start(n);
    await eventually(() => expect(ready).toContain(fleet.server(n).url), 30_000);
  }
  calling.on = false;
  await calls;
  expect([...statuses.keys()]).toEqual([200]);
});

it('a call that comes before the plugin runs is to be tried again', async () => {
  await fleet.server(0).end('SIGTERM');
  const { url, token } = await fleet.start(0);
  const answer = await client(url, token).post<{ error: { code: string } }>(
    at('slow', '/hooks/preLLMHook'),
    {},
  );
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect((await client(url).get<object>('/health/ready')).body).toMatchObject({
    status: 'unavailable',
    plugins: 'starting',
  });
});

it('a server does not wait for plugins longer than READY_TIMEOUT', async () => {
  await fleet.server(0).end('SIGTERM');
  await fleet.start(0, { READY_TIMEOUT: '0' });
  expect((await fleet.api(0).get<object>('/health/ready')).body).toMatchObject({ plugins: 'ok' });
});
