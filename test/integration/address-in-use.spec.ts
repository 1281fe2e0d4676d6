import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failureOf, PluginWorld } from '../support/plugin-world.js';

/** Ways in which a plugin starts a server on its port; `up` is the server, `log` prints. */
const WAYS: [way: string, code: string][] = [
  [
    'waits for it',
    'await new Promise((resolve, reject) => up.once("error", reject).listen(port, "127.0.0.1", resolve));',
  ],
  ['does not wait', 'up.listen(port, "127.0.0.1");'],
  ['does not wait, by a host name', 'up.listen(port, "localhost");'],
  [
    'goes on without it',
    'up.on("error", (error) => console.warn(error.message)); up.listen(port, "127.0.0.1");',
  ],
];

const plugin = (code: string, more = ''): string => `
import http from 'node:http';
let up;
let greeting;
export const getName = () => 'listener';
export async function init({ port, text }) {
  greeting = text;
  up = http.createServer((req, res) => res.end(text));
  ${code}
  ${more}
}
export const preLLMHook = () => ({ listens: up.listening, greeting });
export const cleanup = () => new Promise((resolve) => up.close(resolve));
`;

describe.each(WAYS)('a plugin that listens on a port and %s', (_way, code) => {
  let world: PluginWorld;
  let port: number;
  beforeEach(async () => {
    world = await PluginWorld.open();
    port = await freePort();
    await world.run(await world.plugin(plugin(code), settings('one')));
  });
  afterEach(() => world.close());

  const settings = (text: string): { config: Record<string, unknown> } => ({ config: { port, text } });
  const answer = async (): Promise<unknown> =>
    (await world.runtime.callHook('subject', 'preLLMHook', {})).value;

  it('is replaced: the old one is stopped first', async () => {
    await world.run(await world.plugin(plugin(code), settings('two')), 2);
    expect(await answer()).toEqual({ listens: true, greeting: 'two' });
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', revision: 2, restarts: 0 });
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('two');
  });

  it('comes back when the new one fails, or is discarded', async () => {
    const path = await world.write('broken.mjs', plugin(code, 'throw new Error("broken");'));
    const broken = world.spec('subject', path, settings('two'));
    expect((await failureOf(world.runtime.prepare(broken))).message).toMatch(/broken|EADDRINUSE/);
    expect(await answer()).toEqual({ listens: true, greeting: 'one' });
    const candidate = await world.runtime.prepare(await world.plugin(plugin(code), settings('two')));
    await candidate.discard();
    expect(await answer()).toEqual({ listens: true, greeting: 'one' });
  });

  it('passes its trial, and listens again afterwards', async () => {
    const { ok, checks } = await world.runtime.trial(await world.plugin(plugin(code), settings('two')));
    expect({ ok, names: checks.map(({ name }) => name) }).toEqual({ ok: true, names: ['load', 'init'] });
    expect(await answer()).toEqual({ listens: true, greeting: 'one' });
  });
});

describe('an address that a stranger has', () => {
  let world: PluginWorld;
  const stranger = createServer();
  beforeEach(async () => (world = await PluginWorld.open()));
  afterEach(async () => {
    stranger.close();
    await world.close();
  });

  it('fails the start with that cause, and what ran runs on', async () => {
    const [, [, code]] = WAYS as [unknown, [string, string]];
    const taken = await listen(stranger);
    const config = { port: await freePort(), text: 'one' };
    await world.run(await world.plugin(plugin(code), { config }));
    const moved = await world.plugin(plugin(code), { config: { port: taken, text: 'two' } });
    expect((await failureOf(world.runtime.prepare(moved))).message).toContain('EADDRINUSE');
    expect((await world.runtime.trial(moved)).checks.at(-1)?.message).toContain('EADDRINUSE');
    const { value } = await world.runtime.callHook('subject', 'preLLMHook', {});
    expect(value).toEqual({ listens: true, greeting: 'one' });
  });
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
