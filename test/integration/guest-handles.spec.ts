import { createServer, type Server } from 'node:net';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../support/plugin-world.js';
import { PROBE } from '../support/probe.js';
import { CONNECTIONS, REFUSED } from '../support/ways-out.js';

/** In the scope of the ways to connect. `connected` resolves when it is, and rejects with what went wrong. */
const TOOLS = `
globalThis.connected = (socket) => new Promise((yes, no) =>
  socket.on('connect', () => yes('connected')).on('response', () => yes('answered')).on('error', no));
globalThis.replaced = async (object, name, value, run) => {
  const original = object[name];
  try {
    // Some are read-only, which is as good.
    Reflect.set(object, name, value);
    node('module').syncBuiltinESMExports();
    return await run();
  } finally {
    Reflect.set(object, name, original);
    node('module').syncBuiltinESMExports();
  }
};
`;

describe('a plugin that runs as the user of the server', () => {
  let world: PluginWorld;
  let outside: Server;
  let connections = 0;

  beforeAll(async () => {
    world = await PluginWorld.open({ sharedUser: true });
    const folder = join(world.root, 'package');
    await mkdir(join(folder, 'linked/in/depth'), { recursive: true });
    // Stays inside the package where it is; from a copy in the plugin's own folder it leads to the data folder.
    await symlink('../../..', join(folder, 'linked/in/depth/up'));
    await world.write('package/package.json', '{"name":"package","main":"main.mjs"}');
    await world.write('package/main.mjs', PROBE + TOOLS);
    await world.run(world.spec('subject', folder));
    outside = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => outside.listen(join(world.dataDir, 'outside.sock'), resolve));
  });
  afterAll(async () => {
    outside.close();
    await world.close();
  });

  async function probe(code: string, path = ''): Promise<unknown> {
    return (await world.runtime.callHook('subject', 'preLLMHook', { request: { code, path } })).value;
  }

  it('talks to no Unix socket outside its own folder, whatever built-in function it replaces', async () => {
    for (const code of CONNECTIONS)
      expect(`${code}: ${String(await probe(code, join(world.dataDir, 'outside.sock')))}`).toMatch(REFUSED);
    expect(connections).toBe(0);
  });

  it('listens, connects and serves HTTP on sockets in its own folder', async () => {
    const own = `new Promise((yes, no) => {
      const server = node('http').createServer((req, res) => res.end('served')).on('error', no);
      server.listen('own.sock', () => node('http').get({ socketPath: dir + '/own.sock', path: '/' }, (res) =>
        res.setEncoding('utf8').on('data', (text) => (server.close(), yes(text)))).on('error', no));
    })`;
    expect(await probe(own)).toBe('served');
  });

  it('gets hold of no handle of a process', async () => {
    const hooked = `(() => {
      const seen = [];
      const hook = node('async_hooks').createHook({ init: (id, type, trigger, resource) => type === 'PROCESSWRAP' && seen.push(resource) }).enable();
      for (const name of ['spawn', 'fork', 'exec', 'execFile'])
        try { node('child_process')[name]('/bin/true'); } catch {}
      try { node('cluster').fork(); } catch {}
      hook.disable();
      return seen.length;
    })()`;
    expect(await probe(hooked)).toBe(0);
    expect(
      await probe(
        `Object.keys(node('child_process')).filter((name) => { try { new (node('child_process')[name])(); return true; } catch (error) { return error.code !== 'ERR_ACCESS_DENIED'; } })`,
      ),
    ).toEqual([]);
  });

  it('is not told where things lie in memory, but which C library there is', async () => {
    const handles = `(({ libuv, nativeStack }) => [libuv, nativeStack])(process.report.getReport())`;
    expect(await probe(handles)).toEqual([[], []]);
    const header = `Object.keys(process.report.getReport().header)`;
    expect(await probe(header)).toContain('nodejsVersion');
  });

  it('makes no link by copying one', async () => {
    for (const copy of [
      `node('fs').cpSync(from, 'made', options)`,
      `await node('fs').promises.cp(from, 'made', options)`,
    ])
      for (const options of ['{ recursive: true, verbatimSymlinks: true }', '{ recursive: true }']) {
        const code = `await (async (from, options) => { ${copy}; return node('fs').readdirSync('made/up'); })(node('path').dirname(self) + '/linked/in/depth', ${options})`;
        expect(`${code}: ${String(await probe(code))}`).toMatch(REFUSED);
      }
    const copied = `(node('fs').mkdirSync('a/b', { recursive: true }), node('fs').writeFileSync('a/b/c', 'kept'), node('fs').cpSync('a', 'd', { recursive: true }), node('fs').readFileSync('d/b/c', 'utf8'))`;
    expect(await probe(copied)).toBe('kept');
  });

  it('runs no bytecode that it could have made up', async () => {
    const cache = `const cachedData = new (node('vm').Script)('6 * 7').createCachedData();`;
    const rejected = (made: string): string =>
      `(() => { ${cache} const made = ${made}; return made.cachedDataRejected; })()`;
    for (const made of [
      `new (node('vm').Script)('6 * 7', { cachedData })`,
      `new (class extends node('vm').Script {})('6 * 7', { cachedData })`,
      `node('vm').compileFunction('return 42', [], { cachedData: node('vm').compileFunction('return 42', [], { produceCachedData: true }).cachedData })`,
    ])
      expect(`${made}: ${String(await probe(rejected(made)))}`).toBe(`${made}: true`);
    const classes = `[Object.getPrototypeOf(node('vm').Script), Object.getPrototypeOf(node('vm').Script.prototype).constructor]`;
    expect(await probe(`${classes}.filter((one) => String(one).includes('native code')).length`)).toBe(0);
    expect(await probe(`new (node('vm').Script)('6 * 7').runInThisContext()`)).toBe(42);
    expect(await probe(`node('vm').compileFunction('return a', ['a'])(42)`)).toBe(42);
    expect(
      await probe(`(node('module').enableCompileCache?.('cache'), node('fs').existsSync('cache'))`),
    ).toBe(false);
  });

  it('wraps what is denied, as packages do when they are loaded, and gains nothing', async () => {
    const wrap = `(() => {
      const original = process.chdir;
      process.chdir = (folder) => original.call(process, folder);
      Object.setPrototypeOf(process.chdir, original);
      return process.chdir('/');
    })()`;
    expect(await probe(wrap)).toBe('refused: ERR_ACCESS_DENIED');
    const kill = `(() => { const { kill } = process; process.kill = (...args) => kill.apply(process, args); return process.kill(${process.pid}, 0); })()`;
    expect(await probe(kill)).toBe('refused: ERR_ACCESS_DENIED');
    expect((await readdir(world.dataDir)).sort()).toEqual(['guests', 'outside.sock']);
  });
});
