import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

describe('a plugin that takes all it can', () => {
  let world: HazardServer;
  beforeAll(async () => {
    world = await HazardServer.open({ env: { GUEST_MEMORY_MB: '256', GUEST_HEAP_MB: '32' } });
  });
  afterAll(() => world.close());

  it.each([
    [
      'heap',
      `const a = []; for (;;) a.push(new Array(1000).fill({}));`,
      /ran out of memory \(heap limit 32 MiB, GUEST_HEAP_MB\)/,
    ],
    [
      'buffers',
      `const a = []; for (;;) a.push(Buffer.alloc(2 ** 24, 1));`,
      /out of memory|allocation failed/i,
    ],
    ['text', `let s = 'x'; for (;;) s += s + Math.random();`, /out of memory|Invalid string length/],
    [
      'wasm-memory',
      `const m = new WebAssembly.Memory({ initial: 1 }); const all = [m]; for (;;) { m.grow(100); }`,
      /grow|memory/i,
    ],
  ])('memory (%s): it ends, and the server does not notice', async (name, body, cause) => {
    await world.tryPlugin(name, `export const preLLMHook = () => { ${body} };`);
    const answer = await world.hook(name);
    expect(answer.status).toBe(502);
    expect(answer.body.error.message).toMatch(cause);
    expect(await world.trouble()).toBeNull();
    expect(await world.remove(name)).toEqual([]);
  });

  it('100 MB of output: it is rationed, and what is kept is bounded', async () => {
    const source = `
      const block = Buffer.alloc(2 ** 20, 'x'.repeat(99) + '\\n');
      export const preLLMHook = () => { for (let i = 0; i < 100; i += 1) process.stdout.write(block); return 'done'; };`;
    await world.tryPlugin('loud', source);
    const flood = world.hook('loud');
    expect(await world.trouble()).toBeNull();
    expect([200, 504]).toContain((await flood).status);
    const { status } = await world.view('loud');
    expect(JSON.stringify(status.logs).length).toBeLessThan(500_000);
    expect(await world.remove('loud')).toEqual([]);
  });

  it('10,000 files and sockets: only its own table fills', async () => {
    const source = `
      import fs from 'node:fs';
      import net from 'node:net';
      import { fileURLToPath } from 'node:url';
      const self = fileURLToPath(import.meta.url);
      export const preLLMHook = async (ctx, { port }) => {
        const held = [];
        try { for (let i = 0; i < 10000; i += 1) held.push(fs.openSync(self)); } catch (error) { held.push(error.code); }
        for (let i = 0; i < 500; i += 1) net.connect(port, '127.0.0.1').on('error', () => {});
        return held.length;
      };`;
    await world.tryPlugin('hoarder', source);
    const port = Number(new URL(world.server.url).port);
    expect((await world.hook<{ result: number }>('hoarder', { port })).body.result).toBeGreaterThan(100);
    expect(await world.trouble()).toBeNull();
    expect(await world.remove('hoarder')).toEqual([]);
  });

  it('a port it listens on is free again once it is stopped', async () => {
    const source = `
      import net from 'node:net';
      const server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
      export const preLLMHook = () => server.address().port;`;
    await world.tryPlugin('listener', source);
    const { result: port } = (await world.hook<{ result: number }>('listener')).body;
    const [greeting] = (await once(connect(port, '127.0.0.1'), 'data')) as [Buffer];
    expect(greeting.toString()).toBe('hello');
    await world.api.put('/api/plugins/listener', { enabled: false });
    const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    expect(await world.remove('listener')).toEqual([]);
  });

  it('a plugin that will not stop is ended', async () => {
    const source = `
      export const cleanup = () => new Promise(() => {});
      export const preLLMHook = () => 'here';
      setInterval(() => {}, 1000);
      process.on('SIGTERM', () => {});`;
    await world.tryPlugin('stubborn', source);
    expect((await world.api.put('/api/plugins/stubborn', { enabled: false })).status).toBe(200);
    expect(await world.remove('stubborn')).toEqual([]);
  });
});
