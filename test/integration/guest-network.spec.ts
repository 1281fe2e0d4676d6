import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { CONFIG_CHECKS } from '../../src/config-checks.js';
import { CAN_DENY_NETWORK } from '../../src/runtime/host/index.js';
import { eventually } from '../support/eventually.js';
import { PluginWorld } from '../support/plugin-world.js';

/** Tries every way to the network and answers what came of each, `open` or the code of the error. */
const PROBE = `
import net from 'node:net';
import dgram from 'node:dgram';
import dns from 'node:dns';
import http2 from 'node:http2';
import tls from 'node:tls';
const early = net.createServer();
const codeOf = (error) => error.code ?? error.cause?.code ?? error.message;
const attempt = (start) => new Promise((resolve) => {
  try { start(() => resolve('open'), (error) => resolve(codeOf(error))); } catch (error) { resolve(codeOf(error)); }
});
export const preLLMHook = async (ctx, { port }) => {
  console.log('output still works');
  return {
    connect: await attempt((ok, no) => net.connect(port, '127.0.0.1', ok).on('error', no)),
    tls: await attempt((ok, no) => tls.connect(port, '127.0.0.1', ok).on('error', no)),
    http2: await attempt((ok, no) => http2.connect('http://127.0.0.1:' + port).on('connect', ok).on('error', no)),
    fetch: await fetch('http://127.0.0.1:' + port).then(() => 'open', codeOf),
    listen: await attempt((ok, no) => early.on('error', no).listen(0, ok)),
    socketFile: await attempt((ok, no) => net.createServer().on('error', no).listen('here.sock', ok)),
    udp: await attempt((ok, no) => dgram.createSocket('udp4').on('error', no).bind(0, ok)),
    lookup: await attempt((ok, no) => dns.resolve4('localhost', (error) => (error ? no(error) : ok()))),
    channel: await attempt((ok) => { new net.Socket({ fd: 3 }); ok(); }),
  };
};`;
const checkSettings = (): unknown => readConfig({ GUEST_NETWORK: 'false' }, CONFIG_CHECKS);

describe('the network of plugins', () => {
  let origin: Server;
  let port: number;
  let world: PluginWorld | null = null;
  beforeAll(async () => {
    origin = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 204 None\r\n\r\n'));
    await once(origin.listen(0, '127.0.0.1'), 'listening');
    port = (origin.address() as { port: number }).port;
  });
  afterEach(async () => {
    await world?.close();
    world = null;
  });
  afterAll(() => void origin.close());

  it('is there for JavaScript', async () => {
    world = await PluginWorld.open();
    await world.run(await world.plugin(PROBE));
    const { value } = await world.runtime.callHook('subject', 'preLLMHook', { request: { port } });
    expect(value).toMatchObject({ connect: 'open', fetch: 'open', listen: 'open', udp: 'open' });
  });

  (CAN_DENY_NETWORK ? describe : describe.skip)('where this Node can deny it', () => {
    it('is there for nobody when GUEST_NETWORK is false', async () => {
      world = await PluginWorld.open({ network: false });
      await world.run(await world.plugin(PROBE));
      const { value } = await world.runtime.callHook('subject', 'preLLMHook', { request: { port } });
      const { fetch, ...others } = value as Record<string, string>;
      expect(fetch).not.toBe('open');
      expect([...new Set(Object.values(others))]).toEqual(['ERR_ACCESS_DENIED']);
      const logs = (): string[] | undefined => world?.runtime.actual('subject').logs;
      await eventually(() => expect(logs()).toContain('output still works'));
    });

    it('may be denied by the settings', () => {
      expect(checkSettings).not.toThrow();
    });
  });

  (CAN_DENY_NETWORK ? describe.skip : describe)('where this Node cannot deny it', () => {
    it('is not denied in vain: the server refuses to start, and says why', async () => {
      expect(checkSettings).toThrow(/^GUEST_NETWORK=false needs Node 25 or newer.* this is Node [\d.]+$/);
      await expect(PluginWorld.open({ network: false })).rejects.toThrow(/cannot deny plugins the network/);
    });
  });
});
