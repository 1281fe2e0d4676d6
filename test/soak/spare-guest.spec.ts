import { copyFile, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { GuestSpec } from '../../src/runtime/host/index.js';
import { eventually } from '../support/eventually.js';
import { failureOf, PluginWorld, processesIn } from '../support/plugin-world.js';
import { compileWasm } from '../support/wasm-fixtures.js';

const PLUGIN = `export const preLLMHook = () => process.env.KEY ?? null;`;
const PACKAGE = { 'package.json': '{"main":"index.mjs"}', 'index.mjs': PLUGIN };
const KEPT = { most: 1, keepMs: 60_000 };
/** Only /proc tells who waits where. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process that waits for a plugin', () => {
  let world: PluginWorld;
  afterEach(() => world.close());

  async function waiting(pluginId = 'subject'): Promise<number[]> {
    const found = await processesIn(join(world.dataDir, 'guests', `${pluginId}-`));
    return found.map(Number).filter((pid) => pid !== world.runtime.actual(pluginId).pid);
  }

  const spare = (pluginId = 'subject'): Promise<number> =>
    eventually(async () => {
      const [pid, ...more] = await waiting(pluginId);
      if (pid === undefined || more.length > 0) throw new Error(`${pluginId} has not one spare`);
      return pid;
    });

  /** Runs the plugin and disables it. @returns the process that waits for it after that */
  async function disabled(spec: GuestSpec): Promise<number> {
    await world.run(spec);
    await world.disable(spec.pluginId, 2);
    return spare(spec.pluginId);
  }

  async function restarted(spec: GuestSpec): Promise<number> {
    await world.run(spec, 3);
    return world.runtime.actual(spec.pluginId).pid ?? 0;
  }

  it('becomes the plugin, with the settings of that moment', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const spec = await world.plugin(PLUGIN, { env: { KEY: 'before' } });
    const pid = await disabled(spec);
    for (const place of ['environ', 'cmdline'])
      expect(await readFile(`/proc/${pid}/${place}`, 'utf8')).not.toContain('before');
    expect(await restarted({ ...spec, env: { KEY: 'now' } })).toBe(pid);
    expect((await world.runtime.callHook('subject', 'preLLMHook', {})).value).toBe('now');
    expect(world.runtime.actual('subject').logs).toEqual(['plugin subject initialized successfully']);
  });

  it('waits for packages and WebAssembly as well, and for a plugin that runs', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    for (const [name, content] of Object.entries(PACKAGE)) await world.write(`pack/${name}`, content);
    const pack = world.spec('pack', join(world.root, 'pack'));
    await copyFile(compileWasm('gateway'), join(world.root, 'gateway.wasm'));
    const wasm = world.spec('wasm', join(world.root, 'gateway.wasm'));
    for (const spec of [pack, wasm]) {
      const pid = await disabled(spec);
      expect(await restarted(spec)).toBe(pid);
      const next = await spare(spec.pluginId);
      expect(await restarted(spec)).toBe(next);
    }
  });

  it('waits for what did not load, and loads what is there by then', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const spec = await world.plugin(PLUGIN);
    await disabled(spec);
    await world.write('subject.mjs', 'throw new Error("not today")');
    expect((await failureOf(world.run(spec, 3))).message).toBe('not today (./subject.mjs:1:7)');
    const pid = await spare();
    await world.write('subject.mjs', PLUGIN);
    expect(await restarted(spec)).toBe(pid);
  });

  it('waits for what was tried', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const spec = await world.plugin(PLUGIN);
    await world.disable('subject', 1);
    expect((await world.runtime.trial(spec)).ok).toBe(true);
    const pid = await spare();
    expect(await restarted(spec)).toBe(pid);
  });

  it('is not taken by a plugin that may read other files by now', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    for (const [name, content] of Object.entries(PACKAGE)) await world.write(`pack/${name}`, content);
    const spec = world.spec('pack', join(world.root, 'pack'));
    const pid = await disabled(spec);
    await world.write('node_modules/dependency/index.mjs', 'export {}');
    expect(await restarted(spec)).not.toBe(pid);
    const other = world.spec('other', join(world.root, 'pack'));
    expect(await restarted(other)).not.toBe(pid);
  });

  it('is not taken when the data folder it works in was removed', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const source = `import fs from 'node:fs'; fs.writeFileSync('note', 'kept'); ${PLUGIN}`;
    const spec = await world.plugin(source);
    const pid = await disabled(spec);
    const folder = await readlink(`/proc/${pid}/cwd`);
    await rm(folder, { recursive: true });
    expect(await restarted(spec)).not.toBe(pid);
    expect(await readFile(join(folder, 'note'), 'utf8')).toBe('kept');
  });

  it('does not wait for what is started together with the server', async () => {
    world = await PluginWorld.open({ spares: { most: 3, keepMs: 60_000 } });
    const spec = await world.plugin(PLUGIN);
    await world.runtime.run(world.spec('other', spec.path), 1);
    await disabled(spec);
    expect(await waiting('other')).toEqual([]);
  });

  it('is not missed when it has died', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const spec = await world.plugin(PLUGIN);
    const pid = await disabled(spec);
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await waiting()).not.toContain(pid));
    expect(await restarted(spec)).not.toBe(pid);
    expect(world.runtime.actual('subject')).toMatchObject({ status: 'active', error: null, restarts: 0 });
  });

  it('gives its place to that of the next plugin', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const spec = await world.plugin(PLUGIN);
    await disabled(spec);
    await disabled(world.spec('other', spec.path));
    await eventually(async () => expect(await waiting()).toEqual([]));
  });

  it('ends when it was not needed for long', async () => {
    world = await PluginWorld.open({ spares: { most: 1, keepMs: 200 } });
    await disabled(await world.plugin(PLUGIN));
    await eventually(async () => expect(await waiting()).toEqual([]));
  });

  it('goes with its plugin', async () => {
    world = await PluginWorld.open({ spares: KEPT });
    const pid = await disabled(await world.plugin(PLUGIN));
    const folder = await readlink(`/proc/${pid}/cwd`);
    await world.runtime.exclusively('subject', () => world.runtime.stop('subject', 'deleted'));
    expect(await waiting()).toEqual([]);
    await expect(readFile(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
